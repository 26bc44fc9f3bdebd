import BatchArchive
import BatchCatalog
import BatchPipeline
import MessageBatches
import Tables

extension FailureText {
    init(_ failure: CatalogFailure) {
        func rebuild(_ path: String) -> String {
            "rebuild it from the manifests: \(Self.command("catalog rebuild", archive: parentFolder(of: path)))"
        }
        switch failure {
        case .damaged(let path, let detail):
            self.init("catalog '\(path)': damaged: \(detail)", advice: rebuild(path), status: .integrity)
        case .newer(let path):
            self.init("catalog '\(path)': created by a later version of batchkeep", advice: rebuild(path))
        case .refused(let path, let detail):
            self.init(
                "catalog '\(path)': cannot be opened: \(detail)",
                advice: "check the free space and the permissions of the archive folder"
            )
        }
    }

    /// The message for a catalog event.
    static func text(of event: CatalogEvent) -> String {
        switch event {
        case .built(let count):
            let manifests = count.counted("manifest", "manifests")
            return "catalog not found: it was rebuilt from \(manifests)"
        case .setAside(let failure, let name, let history):
            return
                "\(FailureText(failure).sentence); it is kept as \(name) and rebuilt from the manifests, "
                + text(of: history)
        case .unreadable(let failure):
            return "\(FailureText(failure).sentence); the manifests are read instead"
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
            ? "with its complete history: \(read)"
            : "with part of its history: \(read) (all other runs, retry times and losses are missing)"
    }

    /// The message for a run that continues without a catalog.
    static func withoutCatalog(_ error: any Error) -> String {
        "\(describing(error).sentence); the run continues without a catalog and does not record failed batches"
    }

    /// The reason that the catalog records for a batch that is not archived.
    ///
    /// If the API no longer lists the batch, the outcome is nil.
    static func recorded(_ outcome: BatchOutcome?) -> String {
        outcome.map { clause($0) } ?? notListed
    }

    /// The reason for a batch that is missing from a listing of its time.
    private static let notListed = "no longer listed: it was deleted, or this API key cannot see it"

    /// The warning about a stored window that cannot be used.
    static let invalidWindow =
        "catalog: a completed window is damaged or ends in the future, so the whole window is listed"

    /// The warning about a wrong clock.
    static func clockDiffers(machine: Timestamp, server: Timestamp) -> String {
        let difference = NumberText.duration(seconds: abs(machine.seconds(since: server)))
        return "clock: this machine and the server differ by \(difference); the window covers both times"
    }

    /// The warning about a listing that is not newest first.
    static let unorderedListing = "listing: not newest first, so it was read to its end"

    /// The warning about batches that were imported under a day other than that of their creation.
    static func misplaced(_ batches: [String: CalendarDay]) -> String {
        let names = batches.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map { "\($0.key) (\($0.value.text))" }
        let count = batches.count.counted("batch was", "batches were")
        return "\(count) imported without proof, under another day than that of creation, and not exported: "
            + "\(names.listed()); to archive one with proof, remove its files, then export it with --batch"
    }

    /// The hint that an explicit window skips batches that still need work.
    static func unarchivedBatches(_ count: Int, oldest: Timestamp) -> String {
        let batches = count.counted("batch", "batches")
        let verb = count == 1 ? "is" : "are"
        return "\(batches) before the time window, created since \(oldest.day.text), \(verb) not archived; "
            + "without --since, the window starts at the oldest"
    }

    /// The note that part of a window is not listed again.
    static func completed(before end: Timestamp) -> String {
        "Batches created before \(end.day.text) are complete and not listed again. To list them: --full-list"
    }

    /// The message for a batch whose retry is scheduled for a later run.
    static func sentence(of retry: ScheduledRetry) -> String {
        let tries = retry.attempts.counted("run", "runs")
        let reason = retry.reason.map { ": \($0)" } ?? ""
        return "\(retry.id): retry scheduled for \(NumberText.minute(retry.until)) UTC, failed in \(tries)\(reason)"
    }
}

extension FailureText {
    /// The message for an error of the result index.
    init(_ failure: ResultIndexFailure) {
        switch failure {
        case .unusable(let path, let reason):
            self.init(
                "result index '\(path)': cannot be used: \(reason)",
                advice: "remove it, the next query creates it again: rm \(path.shellQuoted)"
            )
        case .notWritable(let path):
            self.init(
                "result index '\(path)': not found or not up to date, and the archive folder cannot be written",
                advice: "ask a user who can write to the archive to run a query once, or use batchkeep select, "
                    + "which needs no index"
            )
        case .busy(let path):
            self.init(
                "result index '\(path)': in use: another command is updating it",
                advice: "run the same query again later, or use batchkeep select, which needs no index",
                status: .busy
            )
        case .badQuery(let reason):
            self.init(
                "invalid query: \(reason)",
                advice: "list the tables and columns: \(Self.command("query --schema"))",
                status: .usage
            )
        case .badRow(let id):
            self.init(
                "batch '\(id)': a flat row cannot be read",
                advice: Self.command("verify --full --batch \(id.shellQuoted)"),
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
            let left = days < 0 ? "the 29 days are over" : "\(Int(days).counted("day", "days")) left"
            return "\(row.id): expiring: \(left), and it is not archived (\(row.state.rawValue))"
        }
        return lines
    }

    private func named(_ rows: [CatalogBatch], _ line: (CatalogBatch) -> String) -> [String] {
        rows.prefix(10).map(line) + (rows.count > 10 ? ["… and \((rows.count - 10).displayText) more"] : [])
    }
}
