package import BatchPipeline
package import MessageBatches

/// The stretches of creation times that runs have walked, joined where they touch.
///
/// Each run walks from some moment to the newest batch there is, so that in ordinary use this is one stretch that grows.
package struct WalkedPast: Sendable, Hashable {
    /// The service asked: scheme, host and port.
    package let origin: String
    /// Sorted by their beginning, none touching another of the same workspace.
    package private(set) var spans: [WalkedSpan]

    package init(origin: String, spans: [WalkedSpan] = []) {
        self.origin = origin
        self.spans = spans
    }

    /// Adds a stretch, joined with those it touches.
    package mutating func add(_ span: WalkedSpan) {
        var joined = span
        var apart: [WalkedSpan] = []
        for other in spans {
            guard other.workspaceID == joined.workspaceID, other.touches(joined) else {
                apart.append(other)
                continue
            }
            joined.since = other.since.flatMap { one in joined.since.map { min(one, $0) } }
            joined.newest = max(other.newest, joined.newest)
        }
        spans = (apart + [joined]).sorted { $0.newest < $1.newest }
    }

    /// The newest stretch that reaches back to a moment, nil meaning the beginning, or none.
    package func span(reachingBackTo since: Timestamp?) -> WalkedSpan? {
        spans.last { span in
            guard let start = span.since else { return true }
            return since.map { start <= $0 && $0 <= span.newest } ?? false
        }
    }
}

extension WalkedSpan {
    /// Whether nothing can lie between the two.
    fileprivate func touches(_ other: WalkedSpan) -> Bool {
        (since.map { $0 <= other.newest } ?? true) && (other.since.map { $0 <= newest } ?? true)
    }
}
