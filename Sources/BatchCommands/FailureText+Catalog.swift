import BatchCatalog
import BatchPipeline
import MessageBatches
import Tables

extension FailureText {
    init(_ failure: CatalogFailure) {
        let advice = "batchkeep catalog rebuild makes it anew from the manifests."
        switch failure {
        case .damaged(let path, let detail):
            self.init("The catalog \(path) is damaged: \(detail).", advice: advice, status: .integrity)
        case .newer(let path):
            self.init("The catalog \(path) was made by a later version of batchkeep.", advice: advice)
        case .refused(let path, let detail):
            self.init(
                "The catalog \(path) cannot be used: \(detail).",
                advice: "Check the space on the disk and the permissions of the archive folder."
            )
        }
    }

    /// The message for a catalog event.
    static func text(of event: CatalogEvent) -> String {
        switch event {
        case .built(let count):
            let manifests = count.counted("manifest", "manifests")
            return "There is no catalog; it was built from \(manifests)."
        case .setAside(let failure, let name, let history):
            return
                "\(FailureText(failure).sentence) It is kept as \(name), and a new one is built from the manifests. "
                + text(of: history)
        case .unreadable(let failure):
            return "\(FailureText(failure).sentence) What follows is read from the manifests."
        case .unavailable(let error):
            return withoutCatalog(error)
        }
    }

    /// What was read from a damaged catalog, and what is lost.
    private static func text(of history: CatalogHistory) -> String {
        let runs = history.runs.count.counted("run", "runs")
        let batches = history.batches.count.counted("batch", "batches")
        let read = "\(runs) and \(batches) that are not archived"
        return history.isComplete
            ? "Its history is complete: \(read)."
            : "Of its history \(read) could be read. Other runs, retry times and losses are lost."
    }

    /// The message for a run that continues without a catalog.
    static func withoutCatalog(_ error: any Error) -> String {
        let sentence = describing(error).sentence
        return "\(sentence) This run goes on without a catalog: what it learns of failed batches is not remembered."
    }

    /// The reason that the catalog records for a batch that is not archived.
    ///
    /// If the API no longer lists the batch, the outcome is nil.
    static func recorded(_ outcome: BatchOutcome?) -> String {
        outcome.map { clause($0) } ?? notListed
    }

    /// The reason for a batch that is missing from a listing of its time.
    private static let notListed = "the listing does not show it any more: deleted, or not visible to the key in use"

    /// The warning about a stored window that cannot be used.
    static let invalidWindow =
        "The catalog has a completed window that is damaged or ends in the future. "
        + "It is ignored, and the whole window is listed."

    /// The warning about a wrong clock.
    static func clockDiffers(machine: Timestamp, server: Timestamp) -> String {
        let difference = NumberText.duration(seconds: abs(machine.seconds(since: server)))
        return "The clocks of this machine and of the server differ by \(difference), so the window covers both times."
    }

    /// The warning about a listing that is not newest first.
    static let unorderedListing = "The listing is not newest first, so it was read to its end."

    /// The hint that an explicit window skips batches that still need work.
    static func unarchivedBatches(_ count: Int, oldest: Timestamp) -> String {
        let batches = count == 1 ? "1 batch" : "\(count.displayText) batches"
        return
            "\(batches) before the window, the oldest of \(oldest.day.text), \(count == 1 ? "is" : "are") not archived yet. "
            + "Without --since the window reaches back to the oldest."
    }

    /// The note that part of a window is not listed again.
    static func completed(before end: Timestamp) -> String {
        "What was created before \(end.day.text) is settled and not listed again; --full-list does."
    }

    /// The message for a batch whose retry is scheduled for a later run.
    static func sentence(of retry: ScheduledRetry) -> String {
        let tries = "\(retry.attempts) \(retry.attempts == 1 ? "run" : "runs")"
        let reason = retry.reason.map { ": \($0)" } ?? ""
        let time = retry.until.text.prefix(16).replacing("T", with: " ")
        return "\(retry.id): retry scheduled for \(time) UTC, failed in \(tries)\(reason)"
    }
}

extension FailureText {
    /// The message for an error of the result index.
    init(_ failure: ResultIndexFailure) {
        switch failure {
        case .unusable(let path, let reason):
            self.init(
                "The result index \(path) cannot be used: \(reason).",
                advice: "It can be removed at any time; the next query fills it again. select needs no index."
            )
        case .busy(let path):
            self.init(
                "Another command is filling the result index \(path).",
                advice: "Ask again when it has ended. select needs no index.",
                status: .busy
            )
        case .badQuery(let reason):
            self.init(
                "The query cannot be run: \(reason).",
                advice: "See the tables and columns with: batchkeep query --schema",
                status: .usage
            )
        case .badRow(let id):
            self.init(
                "A flat row of batch \(id) cannot be read.",
                advice: "Run: batchkeep verify --full --batch \(id)",
                status: .integrity
            )
        }
    }
}

extension RetentionReport {
    /// The warnings that a run always prints, the most severe first.
    var warnings: [String] {
        var lines = named(newlyLost) { row in
            "\(row.id): lost: the API removed the results of \(row.counts.total.counted("request", "requests")) "
                + "before they were archived; created \(row.createdAt.day.text)"
        }
        lines += named(expiring) { row in
            let days = row.daysLeft(at: moment)
            let left = days < 0 ? "its 29 days are over" : "\(Int(days).counted("day", "days")) left"
            return "\(row.id): expiring: \(left), and it is not archived (\(row.state.rawValue))"
        }
        return lines
    }

    private func named(_ rows: [CatalogBatch], _ line: (CatalogBatch) -> String) -> [String] {
        rows.prefix(10).map(line) + (rows.count > 10 ? ["… and \((rows.count - 10).displayText) more."] : [])
    }
}
