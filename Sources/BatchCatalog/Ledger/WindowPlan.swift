package import BatchPipeline
package import MessageBatches

/// Which creation times an export lists, and which of them it may leave out because they are complete.
///
/// Two ideas. A window that was listed before, and in which every batch is archived, removed or lost, has nothing new: the
/// API adds batches at the newest end only. And without `--since` the window is the one that needs care. Both ends come
/// from batches that were seen, never from this machine's clock, so that a wrong clock hides nothing.
package struct WindowPlan {
    /// What the window is when the user names none.
    private static let sweepDays: Int64 = 30
    /// How far back an explicit window is listed in any case: the 29 days of retention, and two for a batch that appears late.
    private static let listedDays: Int64 = 31
    /// How long after a sweep the next is due, half a night early, so that "weekly" stays on its day.
    private static let sweepPause: Int64 = 13 * day / 2
    private static let day: Int64 = 86_400

    /// Creation times of the batches that are neither archived nor removed nor lost.
    private var unsettled: [Timestamp] = []
    private var listed: [CompletedWindow] = []
    /// The runs of the last week that read the listing to its end.
    private var walks: [CatalogRun] = []
    private let now: Timestamp

    /// The plan of an archive without a catalog.
    package init(now: Timestamp) {
        self.now = now
    }

    package init(_ catalog: Catalog, origin: String, now: Timestamp) throws {
        self.init(now: now)
        unsettled = try catalog.batches(in: LocalState.unsettled).map(\.createdAt)
        listed = try catalog.completedWindows(of: origin)
        walks = try catalog.walks(since: now.adding(seconds: -Self.sweepPause))
    }

    /// A selection with what the catalog knows about its window: the window itself if the user named none, and the part
    /// that need not be listed again.
    package func resolve(_ selection: ExportSelection, isFull: Bool) -> ExportSelection {
        guard selection.filter.ids == nil else { return selection }
        var resolved = selection
        // What one shard has completed says nothing about the others.
        let isFull = isFull || selection.filter.shard != nil
        if selection.window.since == nil, selection.window.until == nil {
            (resolved.window, resolved.completed) = automatic(isFull: isFull)
        } else {
            resolved.completed = completed(in: selection.window, isFull: isFull)
        }
        return resolved
    }

    /// The batches before the selected window that are not archived yet: their number and the oldest one's creation time.
    package func batchesBefore(_ selection: ExportSelection) -> (count: Int, oldest: Timestamp)? {
        guard selection.filter.ids == nil else { return nil }
        let outside = unsettled.filter { selection.window.isBefore($0) }
        return outside.min().map { (outside.count, $0) }
    }

    private var oldestUnsettled: Timestamp? { unsettled.min() }

    /// The window of a run without `--since`: 30 days at first and once a week, otherwise from the oldest batch on that is
    /// not in a final state.
    private func automatic(isFull: Bool) -> (window: BatchWindow, completed: CompletedWindow?) {
        let sweep = now.adding(seconds: -Self.sweepDays * Self.day)
        let window = BatchWindow(since: oldestUnsettled.map { min($0, sweep) } ?? sweep)
        guard !isFull, !isSweepDue, let known = listed.window(reachingBackTo: sweep) else { return (window, nil) }
        let end = oldestUnsettled.map { min($0, known.end) } ?? known.end
        return (window, completed(end, of: window, known))
    }

    /// The beginning of an explicit window that need not be listed, if there is one.
    private func completed(in window: BatchWindow, isFull: Bool) -> CompletedWindow? {
        guard !isFull, let known = listed.window(reachingBackTo: window.since) else { return nil }
        let certain = known.end.adding(seconds: -Self.listedDays * Self.day)
        // A batch before the window does not matter here.
        let oldest = unsettled.filter { window.contains($0) }.min()
        return completed(oldest.map { min($0, certain) } ?? certain, of: window, known)
    }

    private var isSweepDue: Bool {
        !walks.contains { walk in
            walk.walkedSince.map { $0 <= walk.startedAt.adding(seconds: -Self.sweepDays * Self.day) } ?? false
        }
    }

    private func completed(_ end: Timestamp, of window: BatchWindow, _ known: CompletedWindow) -> CompletedWindow? {
        guard window.since.map({ $0 < end }) ?? true else { return nil }
        return CompletedWindow(since: known.since, end: end, workspaceID: known.workspaceID)
    }
}
