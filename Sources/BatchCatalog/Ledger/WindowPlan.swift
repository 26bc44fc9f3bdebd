package import BatchPipeline
package import MessageBatches

/// Decides which creation times an export lists, and which of them it can skip because they are complete.
///
/// A window is complete if an earlier run listed it and every batch in it is archived, removed or lost. The API adds
/// batches only at the newest end, so a complete window stays complete. Without `--since`, the window starts at the
/// oldest batch that is not in a final state. Both ends are creation times of batches, never times of this machine's
/// clock, so a wrong clock hides no batch. ``ExportSelection/asOf`` plans again by the server's clock.
package struct WindowPlan {
    /// The length of the window of the first run and of the weekly sweep.
    private static let sweepDays: Int64 = 30
    /// How far back an explicit window is always listed: the 29 days of retention, and two days for batches that appear
    /// late.
    private static let listedDays: Int64 = 31
    /// The time from one sweep to the next: a week minus half a day, so that a weekly run that starts early still
    /// sweeps.
    private static let sweepPause: Int64 = 13 * day / 2
    private static let day: Int64 = 86_400

    /// Creation times of the batches that are not in a final state.
    private var unfinished: [Timestamp] = []
    private var listed: [CompletedWindow] = []
    /// The runs of the last week that read the listing to its end.
    private var completeListings: [CatalogRun] = []
    private let now: Timestamp
    /// Whether the catalog has a completed window that is damaged or ends in the future, which is ignored.
    package private(set) var hasInvalidWindow = false

    /// Creates the plan for an archive without a catalog.
    package init(now: Timestamp) {
        self.now = now
    }

    package init(_ catalog: Catalog, origin: String, now: Timestamp) throws {
        self.init(now: now)
        unfinished = try catalog.batches(in: LocalState.nonFinalStates).map(\.createdAt)
        (listed, hasInvalidWindow) = try catalog.completedWindows(of: origin, now: now)
        // A run of the future began by a wrong clock, so its time does not show when the next sweep is due.
        completeListings = try catalog.completeListings(since: now.adding(seconds: -Self.sweepPause))
            .filter { $0.startedAt <= now.adding(seconds: ExportSelection.clockTolerance) }
    }

    /// Returns the selection with its window resolved.
    ///
    /// If the user gave no window, it is chosen here. The result also names the part of the window that need not be
    /// listed again.
    package func resolve(_ selection: ExportSelection, isFull: Bool) -> ExportSelection {
        guard selection.filter.ids == nil else { return selection }
        var resolved = selection
        // A completed shard does not mean that the other shards are complete.
        let isFull = isFull || selection.filter.shard != nil
        if selection.window.since == nil, selection.window.until == nil {
            (resolved.window, resolved.completed) = automatic(isFull: isFull)
        } else {
            resolved.completed = completed(in: selection.window, isFull: isFull)
        }
        return resolved
    }

    /// The number of batches before the selected window that are not archived yet, and the creation time of the oldest
    /// one.
    package func batchesBefore(_ selection: ExportSelection) -> (count: Int, oldest: Timestamp)? {
        guard selection.filter.ids == nil else { return nil }
        let outside = unfinished.filter { selection.window.isBefore($0) }
        return outside.min().map { (outside.count, $0) }
    }

    private var oldestUnfinished: Timestamp? { unfinished.min() }

    /// The window of a run without `--since`.
    ///
    /// It covers 30 days at first and once a week. Otherwise it starts at the oldest batch that is not in a final
    /// state.
    private func automatic(isFull: Bool) -> (window: BatchWindow, completed: CompletedWindow?) {
        let sweep = now.adding(seconds: -Self.sweepDays * Self.day)
        let window = BatchWindow(since: oldestUnfinished.map { min($0, sweep) } ?? sweep)
        guard !isFull, !isSweepDue, let known = listed.window(reachingBackTo: sweep) else { return (window, nil) }
        let end = oldestUnfinished.map { min($0, known.end) } ?? known.end
        return (window, completed(end, of: window, known))
    }

    /// The beginning of an explicit window that need not be listed; nil if all of it must be.
    private func completed(in window: BatchWindow, isFull: Bool) -> CompletedWindow? {
        guard !isFull, let known = listed.window(reachingBackTo: window.since) else { return nil }
        let certain = known.end.adding(seconds: -Self.listedDays * Self.day)
        // Batches before the window do not matter here.
        let oldest = unfinished.filter { window.contains($0) }.min()
        return completed(oldest.map { min($0, certain) } ?? certain, of: window, known)
    }

    private var isSweepDue: Bool {
        !completeListings.contains { run in
            run.listedSince.map { $0 <= run.startedAt.adding(seconds: -Self.sweepDays * Self.day) } ?? false
        }
    }

    private func completed(_ end: Timestamp, of window: BatchWindow, _ known: CompletedWindow) -> CompletedWindow? {
        guard window.since.map({ $0 < end }) ?? true else { return nil }
        return CompletedWindow(since: known.since, end: end, workspaceID: known.workspaceID)
    }
}
