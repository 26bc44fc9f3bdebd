import BatchAnalytics
import BatchPipeline
import MessageBatches

/// The SQL tables of the result index, derived from ``FlatSchema``.
///
/// `stored_rows` has the columns of a flat row, except those with one value for the whole batch, which are in
/// `batches`. The view `results` combines both into the flat row. Costs are stored as whole pico-dollars, so that sums
/// are exact.
package enum ResultIndexSchema {
    /// The version of the tables; increase it when they change.
    ///
    /// An index with another version is emptied and filled again, also after a change of any derivation: `is_outdated`
    /// is about the versions at the time of filling.
    static let version = Derivations.current.values.reduce(0, +) * 100 + 7

    /// The columns with one value for the whole batch, with their names in `batches`.
    static let batchColumns = [
        "batch_id": "batches.batch_id", "batch_created_at": "batches.created_at", "batch_ended_at": "batches.ended_at",
    ]
    /// The line number.
    ///
    /// With the number of the batch it forms the key of a row, `place`, so that the rows of a batch are stored
    /// together.
    static let lineColumn = "line_number"

    /// The columns of `stored_rows` after `place`.
    static let storedColumns = FlatSchema.columns.filter { batchColumns[$0.name] == nil && $0.name != lineColumn }

    /// The tables, views and indexes in the file.
    static var tables: String {
        let columns = storedColumns.map { column in
            switch column.kind {
            case .text, .timestamp: ", \(column.name) TEXT"
            case .integer, .boolean, .money: ", \(column.name) INTEGER"
            }
        }
        return """
            CREATE TABLE stored_rows (place INTEGER PRIMARY KEY\(columns.joined()));
            \(customIDIndex)
            \(IndexSeal.table)
            CREATE TABLE filled (number INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, content TEXT NOT NULL,
                is_outdated INTEGER NOT NULL);
            \(batches)
            CREATE VIEW results AS \(results);
            \(errors)
            """
    }

    /// The index on `custom_id`, which `show` uses.
    static let customIDIndex = "CREATE INDEX IF NOT EXISTS rows_by_custom_id ON stored_rows (custom_id);"

    /// The statement that inserts a row: its place, then ``storedColumns``.
    static let rowInsertion = """
        INSERT INTO stored_rows (place, \(storedColumns.map(\.name).joined(separator: ", ")))
        VALUES (?\(storedColumns.map { _ in ", ?" }.joined()))
        """

    /// A SELECT of the flat rows, followed by the cost in pico-dollars.
    private static var results: String {
        let columns = FlatSchema.columns.map { column in
            if column.name == lineColumn { return "stored_rows.place & 4294967295 AS \(lineColumn)" }
            if column.kind == .money { return "stored_rows.\(column.name) / 1e12 AS \(column.name)" }
            return batchColumns[column.name].map { "\($0) AS \(column.name)" } ?? "stored_rows.\(column.name)"
        }
        // The range is redundant, but lets SQLite read only the rows of one batch.
        return """
            SELECT \(columns.joined(separator: ", ")), stored_rows.cost_usd AS picodollars FROM stored_rows
            JOIN batches ON batches.number = stored_rows.place >> 32 AND stored_rows.place
                BETWEEN batches.number << 32 AND (batches.number << 32) + 4294967295
            """
    }

    /// The temporary table of runs of a query's connection.
    static var runTable: String { "CREATE TEMP TABLE \(runs)" }

    private static let batches = """
        CREATE TABLE batches ( -- a row for each batch
            number INTEGER PRIMARY KEY, -- in the order they were indexed
            batch_id TEXT NOT NULL UNIQUE,
            date TEXT NOT NULL, -- UTC day of creation
            created_at TEXT NOT NULL,
            ended_at TEXT,
            succeeded INTEGER NOT NULL,
            errored INTEGER NOT NULL,
            canceled INTEGER NOT NULL,
            expired INTEGER NOT NULL,
            raw_bytes INTEGER NOT NULL, -- uncompressed
            revision INTEGER NOT NULL -- of the manifest
        );
        """
    private static let errors = """
        CREATE VIEW errors AS -- the results that errored
        SELECT batch_id, custom_id, error_type, error_class, error_message, error_request_id, batch_created_at
        FROM results WHERE result_type = 'errored';
        """
    private static let runs = """
        runs ( -- a row for each run that wrote to the archive, from its catalog
            number INTEGER PRIMARY KEY,
            command TEXT NOT NULL,
            arguments TEXT NOT NULL, -- a JSON array
            version TEXT NOT NULL, -- of the program
            started_at TEXT NOT NULL,
            finished_at TEXT, -- null while it runs, or if it was killed
            listed_since TEXT, -- start of the window that was listed completely
            counts TEXT NOT NULL, -- a JSON object
            exit_status INTEGER,
            error TEXT,
            is_listing_ordered INTEGER NOT NULL -- 0 if the listing was not newest first, so that all of it was read
        );
        """

    /// A description of the tables and views that users can query, with the meaning of the columns.
    package static var description: String {
        let columns = FlatSchema.columns.map { column in
            let type =
                switch column.kind {
                case .text, .timestamp: "TEXT"
                case .integer, .boolean: "INTEGER"
                case .money: "REAL"
                }
            return "    \(column.name) \(type)\(column.isNullable ? "" : " NOT NULL"), -- \(column.meaning)"
        }
        return """
            CREATE TABLE results ( -- a row for each result
            \(columns.joined(separator: "\n"))
                picodollars INTEGER -- cost in 1e-12 US dollars, exact; null without a price
            );
            \(batches)
            CREATE TABLE \(runs)
            \(errors)

            """
    }
}
