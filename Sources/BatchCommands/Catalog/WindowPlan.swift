import BatchCatalog
import BatchPipeline
import MessageBatches

/// Which creation times an export walks, and which of them it may leave out because they are settled.
///
/// Two ideas. A stretch that was walked before, and in which every batch is archived, withdrawn or lost, has nothing new to
/// show: the service adds batches at the newest end only. And without `--since` the window is the one that needs care. Both
/// ends come from batches that were seen, never from this machine's clock, so that a wrong clock hides nothing.
struct WindowPlan {
    /// What the window is when the user names none.
    static let sweepDays: Int64 = 30
    /// How far back an explicit window is walked in any case: the 29 days of retention, and two for a batch that shows late.
    static let walkedDays: Int64 = 31
    /// How long after a sweep the next is due, half a night early, so that "weekly" stays on its day.
    private static let sweepPause: Int64 = 13 * day / 2
    private static let day: Int64 = 86_400

    /// Creation times of the batches that are neither archived nor withdrawn nor lost.
    var unsettled: [Timestamp] = []
    /// What was walked of the service's listing.
    var past: WalkedPast
    /// The runs of the last week that walked the listing to its end.
    var walks: [CatalogRun] = []
    let now: Timestamp

    /// The plan of an archive nothing is known of.
    init(origin: String, now: Timestamp) {
        past = WalkedPast(origin: origin)
        self.now = now
    }

    init(_ catalog: Catalog, origin: String, now: Timestamp) throws {
        self.init(origin: origin, now: now)
        unsettled = try catalog.batches(in: LocalState.unsettled).map(\.createdAt)
        past = try catalog.walkedPast(of: origin)
        walks = try catalog.walks(since: now.adding(seconds: -Self.sweepPause))
    }

    private var oldestUnsettled: Timestamp? { unsettled.min() }

    /// The window of a run without `--since`: 30 days at first and once a week, otherwise from the oldest batch on that is
    /// not settled.
    func automatic(isFull: Bool) -> (window: BatchWindow, settled: SettledPast?) {
        let sweep = now.adding(seconds: -Self.sweepDays * Self.day)
        let window = BatchWindow(since: oldestUnsettled.map { min($0, sweep) } ?? sweep)
        guard !isFull, !isSweepDue, let span = past.span(reachingBackTo: sweep) else { return (window, nil) }
        let end = oldestUnsettled.map { min($0, span.newest) } ?? span.newest
        return (window, settledPast(end, of: window, span))
    }

    /// The beginning of an explicit window that need not be walked, if there is one.
    func settled(in window: BatchWindow, isFull: Bool) -> SettledPast? {
        guard !isFull, let span = past.span(reachingBackTo: window.since) else { return nil }
        let certain = span.newest.adding(seconds: -Self.walkedDays * Self.day)
        return settledPast(oldestUnsettled.map { min($0, certain) } ?? certain, of: window, span)
    }

    private var isSweepDue: Bool {
        !walks.contains { walk in
            walk.walkedSince.map { $0 <= walk.startedAt.adding(seconds: -Self.sweepDays * Self.day) } ?? false
        }
    }

    private func settledPast(_ end: Timestamp, of window: BatchWindow, _ span: WalkedSpan) -> SettledPast? {
        guard window.since.map({ $0 < end }) ?? true else { return nil }
        return SettledPast(end: end, workspaceID: span.workspaceID)
    }
}
