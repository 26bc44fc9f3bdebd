import MessageBatches
import Tables

/// Lines at the bottom of a terminal that are redrawn up to ten times per second.
struct LiveBoard {
    private static let interval: Int128 = 100_000_000

    private let context: CommandContext
    private var shown = 0
    private var last: Timestamp?

    init(context: CommandContext) {
        self.context = context
    }

    /// Replaces the lines, unless they were drawn less than 100 ms ago.
    mutating func show(_ lines: [String], at now: Timestamp) {
        if let last, now.nanoseconds - last.nanoseconds < Self.interval, shown > 0 { return }
        last = now
        context.replaceNotes(last: shown, with: lines)
        shown = lines.count
    }

    /// Removes the lines.
    mutating func clear() {
        guard shown > 0 else { return }
        context.replaceNotes(last: shown, with: [])
        shown = 0
        last = nil
    }
}

/// The progress of one batch that is being downloaded.
struct LiveBatch {
    private let id: String
    private let expected: Int
    private let started: Timestamp
    var lines = 0
    var bytes = 0
    /// The bytes that an earlier run downloaded.
    ///
    /// They do not count for the speed.
    private var resumedBytes = 0

    init(_ batch: MessageBatch, at now: Timestamp) {
        id = batch.id
        expected = batch.counts.finished
        started = now
    }

    /// Starts the counts at the lines and bytes that an earlier download kept.
    mutating func resume(lines: Int, bytes: Int) {
        (self.lines, self.bytes, resumedBytes) = (lines, bytes, bytes)
    }

    /// The line on a terminal: `msgbatch_01…  41,200 of 100,000 lines  92.1 MB/s`.
    func line(at now: Timestamp) -> String {
        "  \(id)  \(lines.displayText) of \(expected.displayText) lines  \(rate(bytes, at: now))"
    }

    /// The line in a log.
    func archivedLine(bytes: Int, at now: Timestamp) -> String {
        let size = NumberText.bytes(Double(bytes))
        return "\(id): archived \(expected.counted("result", "results")), \(size), \(rate(bytes, at: now))"
    }

    private func rate(_ bytes: Int, at now: Timestamp) -> String {
        NumberText.byteRate(Double(bytes - resumedBytes) / max(now.seconds(since: started), 0.001))
    }
}

/// The total progress of all batches, shown below them.
struct LiveTotal {
    var batches: Int
    var batchTotal: Int
    var results: Int
    var resultTotal: Int
    var bytes: Int
    var seconds: Double
    /// The batches that this run could not archive.
    var problems = 0

    /// The share of the results that is downloaded, from 0 to 1; that of the batches if they have no results.
    var share: Double {
        let (done, total) = resultTotal > 0 ? (results, resultTotal) : (batches, max(batchTotal, 1))
        return min(Double(done) / Double(total), 1)
    }

    var line: String {
        let percent = NumberText.percent(share)
        let rate = NumberText.byteRate(Double(bytes) / max(seconds, 0.001))
        let progress = "\(batches.displayText) of \(batchTotal.displayText) batches"
        let failed = problems > 0 ? ", \(problems.displayText) not archived" : ""
        return "\(progress)\(failed), \(results.displayText) results (\(percent)), \(rate)"
    }
}
