package import BatchPipeline
import GRDB
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

    /// The runs that read the listing to its end and began at or after a moment, newest first.
    package func completeListings(since moment: Timestamp) throws(CatalogFailure) -> [CatalogRun] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM runs WHERE walked_since IS NOT NULL AND finished_at IS NOT NULL AND started_at >= ?
                    ORDER BY number DESC
                    """,
                arguments: [moment.text]
            )
            .map { try CatalogRun(RowReader(row: $0)) }
        }
    }

    /// The completed windows of one service.
    package func completedWindows(of origin: String) throws(CatalogFailure) -> [CompletedWindow] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT * FROM walked WHERE origin = ? ORDER BY newest",
                arguments: [origin]
            )
            return try rows.map { row in
                let reader = RowReader(row: row)
                return CompletedWindow(
                    since: try reader.optionalTime("since"),
                    end: try reader.time("newest"),
                    workspaceID: try reader.optionalText("workspace_id")
                )
            }
        }
    }

    /// Replaces the completed windows of one service.
    package func save(_ windows: [CompletedWindow], of origin: String) throws(CatalogFailure) {
        try write { db in
            try db.execute(sql: "DELETE FROM walked WHERE origin = ?", arguments: [origin])
            for window in windows {
                try db.execute(
                    sql: "INSERT INTO walked (origin, workspace_id, since, newest) VALUES (?, ?, ?, ?)",
                    arguments: [origin, window.workspaceID, window.since?.text, window.end.text]
                )
            }
        }
    }
}
