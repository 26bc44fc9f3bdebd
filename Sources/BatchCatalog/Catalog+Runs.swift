package import BatchPipeline
import GRDB
import JSONLines
package import MessageBatches

extension Catalog {
    /// Inserts the row of a new run and assigns its number.
    package func begin(_ run: CatalogRun) throws(CatalogFailure) -> CatalogRun {
        var run = run
        run.number = try write { db in
            try db.execute(sql: CatalogRun.insertion, arguments: run.values())
            return db.lastInsertedRowID
        }
        return run
    }

    /// Replaces the row of a run that ``begin(_:)`` inserted.
    package func save(_ run: CatalogRun) throws(CatalogFailure) {
        try write { db in try db.execute(sql: CatalogRun.insertion, arguments: run.values()) }
    }

    /// The last runs, newest first.
    package func runs(last count: Int) throws(CatalogFailure) -> [CatalogRun] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM runs ORDER BY number DESC LIMIT ?", arguments: [count])
                .map { try CatalogRun(RowReader(row: $0)) }
        }
    }

    /// The last export that ended with exit status 0; nil if none did.
    func lastSuccessfulExport() throws(CatalogFailure) -> CatalogRun? {
        try exports("exit_status = 0 AND finished_at IS NOT NULL").first
    }

    /// The last export that matters now: the newest one, or the one before if the newest is still running.
    func lastExport(isRunning: Bool) throws(CatalogFailure) -> CatalogRun? {
        let runs = try exports("1")
        return isRunning && runs.first?.finishedAt == nil ? runs.dropFirst().first : runs.first
    }

    /// The last two runs that meet a condition and looked for new batches, newest first.
    private func exports(_ condition: String) throws(CatalogFailure) -> [CatalogRun] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM runs WHERE command NOT IN ('retry-quarantine', 'import') AND \(condition)
                    ORDER BY number DESC LIMIT 2
                    """
            )
            .map { try CatalogRun(RowReader(row: $0)) }
        }
    }

    /// The runs that read the listing to its end and began at or after a moment, newest first.
    package func completeListings(since moment: Timestamp) throws(CatalogFailure) -> [CatalogRun] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM runs WHERE listed_since IS NOT NULL AND finished_at IS NOT NULL AND started_at >= ?
                    ORDER BY number DESC
                    """,
                arguments: [moment.text]
            )
            .map { try CatalogRun(RowReader(row: $0)) }
        }
    }

    /// The valid completed windows of one service, and whether there are invalid ones.
    ///
    /// A window is invalid if its checksum is wrong, or if it ends after `now`: a run records none beyond the server's
    /// clock, and one that reaches into the future would hide new batches.
    package func completedWindows(
        of origin: String,
        now: Timestamp
    ) throws(CatalogFailure) -> (windows: [CompletedWindow], hasInvalid: Bool) {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT * FROM completed_windows WHERE origin = ? ORDER BY until",
                arguments: [origin]
            )
            let windows = rows.compactMap { try? CompletedWindow(RowReader(row: $0), origin: origin, now: now) }
            return (windows, windows.count < rows.count)
        }
    }

    /// The ranges of creation times that some run listed completely, at any service, in any order.
    ///
    /// These are the valid completed windows, which end at a batch, and the ranges of the runs, which end with the window
    /// that their options select. A rebuilt catalog has only the runs. `windowEnd` returns the end of the window of a
    /// run, or nil if it is unknown.
    package func listedRanges(
        now: Timestamp,
        windowEnd: (CatalogRun) -> Timestamp?
    ) throws(CatalogFailure) -> [CompletedWindow] {
        let windows = try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM completed_windows")
                .compactMap { row in
                    let reader = RowReader(row: row)
                    return try? CompletedWindow(reader, origin: reader.text("origin"), now: now)
                }
        }
        let runs = try completeListings(since: Timestamp(seconds: 0))
        return windows
            + runs.compactMap { run in
                windowEnd(run)
                    .map { CompletedWindow(since: run.listedSince, end: min($0, run.startedAt, now), workspaceID: nil) }
            }
    }

    /// Replaces the completed windows of one service.
    package func save(_ windows: [CompletedWindow], of origin: String) throws(CatalogFailure) {
        try write { db in
            try db.execute(sql: "DELETE FROM completed_windows WHERE origin = ?", arguments: [origin])
            for window in windows {
                try db.execute(
                    sql: """
                        INSERT INTO completed_windows (origin, workspace_id, since, until, checksum)
                        VALUES (?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        origin, window.workspaceID, window.since?.text, window.end.text, window.checksum(of: origin),
                    ]
                )
            }
        }
    }
}

extension CompletedWindow {
    /// Reads a row of the table; nil if the window ends in the future or its checksum is wrong.
    fileprivate init?(_ reader: RowReader, origin: String, now: Timestamp) throws(RowReader.InvalidColumn) {
        self.init(
            since: try reader.optionalTime("since"),
            end: try reader.time("until"),
            workspaceID: try reader.optionalText("workspace_id")
        )
        let isFuture = end > now.adding(seconds: ExportSelection.clockTolerance)
        guard !isFuture, try reader.text("checksum") == checksum(of: origin) else { return nil }
    }

    /// The checksum that is stored with the window.
    fileprivate func checksum(of origin: String) -> String {
        let text = [origin, workspaceID ?? "", since?.text ?? "", end.text].joined(separator: "\n")
        let hash = KeyHash(Array(text.utf8))
        return [hash.high, hash.low].map { String($0, radix: 16) }.joined(separator: "-")
    }
}
