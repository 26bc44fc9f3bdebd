import BatchPipeline
import MessageBatches
import Tables

/// The batches whose end a run waits for, as its progress shows them.
struct WaitingBatches {
    /// The creation times by ID.
    private var createdAt: [String: Timestamp]
    /// How many seconds the server's clock is ahead of this machine's.
    private let clockOffset: Double

    init(_ batches: [MessageBatch] = [], clockOffset: Double = 0) {
        self.clockOffset = clockOffset
        createdAt = Dictionary(batches.map { ($0.id, $0.createdAt) }, uniquingKeysWith: { $1 })
    }

    mutating func remove(_ id: String) {
        createdAt[id] = nil
    }

    /// The number of batches that are left: `2 batches are still pending`.
    var left: String {
        switch createdAt.count {
        case 0: "no batch is pending"
        case 1: "1 batch is still pending"
        case let count: "\(count.displayText) batches are still pending"
        }
    }

    /// The line of progress: how many are left, and how long they have been running; nil if there is none.
    ///
    /// `now` is the time on this machine's clock.
    func line(at now: Timestamp) -> String? {
        let now = now.adding(seconds: Int64(clockOffset))
        guard let first = createdAt.values.min(), let last = createdAt.values.max() else { return nil }
        let (longest, shortest) = (Self.age(of: first, at: now), Self.age(of: last, at: now))
        let span = longest == shortest ? longest : "\(shortest) to \(longest)"
        return "Waiting for \(createdAt.count.counted("batch", "batches")), running for \(span)"
    }

    /// The time since a batch was created: `2h05m`.
    static func age(of created: Timestamp, at now: Timestamp) -> String {
        NumberText.duration(seconds: max(0, now.seconds(since: created)))
    }
}

/// The batches that are still pending after the time of `--wait-ended`.
struct StillPending {
    /// What happened, as a sentence without a full stop.
    let sentence: String
    /// One line per batch, for the first of them.
    let details: [String]

    private static let shown = 5

    /// Creates the report; nil if no batch is pending.
    init?(_ pending: some Collection<MessageBatch>, at now: Timestamp) {
        guard !pending.isEmpty else { return nil }
        sentence = "--wait-ended: the time is up; \(pending.count.counted("batch is", "batches are")) still pending"
        details = pending.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
            .map { "\($0.id): running for \(WaitingBatches.age(of: $0.createdAt, at: now))" }
            .shortened(to: Self.shown)
    }

    /// Writes the report to standard error.
    func print(in context: CommandContext) {
        context.report(.warning, sentence, details: details, hint: "run the same command again to archive them")
    }
}

extension ExportSummary {
    /// The batches that are still pending, if the run ended because the time of its wait was up.
    var stillPending: StillPending? {
        guard report.stop == nil, let wait = report.wait else { return nil }
        return StillPending(wait.stillPending.values, at: report.serverDate ?? finishedAt)
    }

    /// The batches that a run with the same options would wait for, as notes of a dry run.
    var wouldWait: [String] {
        let batches = report.wouldWaitFor
        guard !batches.isEmpty else { return [] }
        let lines = batches.map(\.id).shortened(to: 20)
        return ["Would wait for the end of \(batches.count.counted("batch", "batches")):"] + lines.map { "  \($0)" }
    }
}
