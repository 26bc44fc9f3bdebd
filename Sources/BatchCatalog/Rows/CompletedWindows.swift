package import BatchPipeline
package import MessageBatches

/// The completed windows of one service, sorted by their ends; windows of the same workspace do not touch.
///
/// Each run lists from some moment to the newest batch, so usually this is one window that grows.
extension [CompletedWindow] {
    /// Adds a window and merges it with the windows it touches.
    package mutating func add(_ window: CompletedWindow) {
        var merged = window
        var others: [CompletedWindow] = []
        for other in self {
            guard other.workspaceID == merged.workspaceID, other.touches(merged) else {
                others.append(other)
                continue
            }
            merged.since = other.since.flatMap { one in merged.since.map { Swift.min(one, $0) } }
            merged.end = Swift.max(other.end, merged.end)
        }
        self = (others + [merged]).sorted { $0.end < $1.end }
    }

    /// The newest window that starts at or before a moment, or nil.
    ///
    /// Nil as `since` means the beginning of time.
    package func window(reachingBackTo since: Timestamp?) -> CompletedWindow? {
        last { window in
            guard let start = window.since else { return true }
            return since.map { start <= $0 && $0 <= window.end } ?? false
        }
    }

    /// The ranges after a moment that no window contains, in ascending order.
    ///
    /// A range ends at the start of the next window. The time after the newest window is a range, without an end, only
    /// if the moment is in it, because the newest window ends at the newest batch. No range starts at or after `until`.
    package func gaps(after since: Timestamp, until: Timestamp?) -> [BatchWindow] {
        var gaps: [BatchWindow] = []
        var place = since
        // Windows without a start come first.
        for window in sorted(by: { left, right in
            right.since.map { other in left.since.map { $0 < other } ?? true } ?? false
        }) {
            if let start = window.since, place < start, until.map({ place < $0 }) ?? true {
                gaps.append(BatchWindow(since: place, until: start))
            }
            place = Swift.max(place, window.end)
        }
        return allSatisfy { $0.end < since } ? [BatchWindow(since: since)] : gaps
    }
}

extension CompletedWindow {
    /// Whether no batch can lie between the two.
    fileprivate func touches(_ other: CompletedWindow) -> Bool {
        (since.map { $0 <= other.end } ?? true) && (other.since.map { $0 <= end } ?? true)
    }
}
