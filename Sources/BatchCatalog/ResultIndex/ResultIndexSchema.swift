import BatchPipeline
import MessageBatches

/// The tables of the result index as SQL, made from ``FlatSchema``.
///
/// A row keeps only what differs from row to row: what a whole batch shares stands in `batches`, and the few combinations of
/// model, outcome and the like in `kinds`. The view `results` puts the flat row together again. Costs are stored nowhere, so that
/// they never belong to another price table than the one asked for.
package enum ResultIndexSchema {
    /// Raised whenever the tables change; an index of another version is emptied and filled again.
    static let version = FlatSchema.version * 100 + 4

    /// Columns that few combinations of values share: one number stands for all of them.
    static let kindColumns = [
        "result_type", "model", "stop_reason", "service_tier", "inference_geo", "error_type", "error_class", "usable",
    ]
    /// Columns every row of a batch shares, with what they are in `batches`.
    static let batchColumns = [
        "batch_id": "batches.batch_id", "batch_created_at": "batches.created_at", "batch_ended_at": "batches.ended_at",
    ]
    /// The line number and the number of the batch make up a row's key: rows come in this order, and those of a batch lie together.
    static let lineColumn = "line_number"

    private static let ownColumns = FlatSchema.columns.filter {
        !kindColumns.contains($0.name) && batchColumns[$0.name] == nil && $0.name != lineColumn
    }
    /// Columns of whole numbers that each row has for itself.
    static let numberColumns = ownColumns.filter { $0.kind == .integer }.map(\.name)
    /// Columns of text that each row has for itself.
    static let textColumns = ownColumns.filter { $0.kind != .integer }.map(\.name)

    /// What is in the file.
    static var tables: String {
        let numbers = numberColumns.map { ", \($0) INTEGER" }.joined()
        let texts = textColumns.map { ", \($0) TEXT" }.joined()
        let kinds = kindColumns.map { ", \($0)" }.joined()
        return """
            CREATE TABLE kinds (kind INTEGER PRIMARY KEY\(kinds));
            CREATE TABLE stored_rows (place INTEGER PRIMARY KEY, kind INTEGER NOT NULL\(numbers)\(texts));
            \(RowIDSegment.tables)
            CREATE TABLE filled (number INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, content TEXT NOT NULL);
            \(batches)
            CREATE VIEW results AS \(results());
            \(errors)
            """
    }

    /// Inserts so many rows; `isNumbered` leaves it to SQLite to give each the place behind the last one.
    static func rowInsertion(count: Int, isNumbered: Bool) -> String {
        let columns = ["place", "kind"] + numberColumns + textColumns
        let marks = [isNumbered ? "NULL" : "?"] + columns.dropFirst().map { _ in "?" }
        let rows = Array(repeating: "(\(marks.joined(separator: ",")))", count: count).joined(separator: ",")
        return "INSERT INTO stored_rows (\(columns.joined(separator: ", "))) VALUES \(rows)"
    }

    /// The flat rows, and with them what is said of their cost.
    private static func results(cost: String = "") -> String {
        let columns = FlatSchema.columns.map { column in
            if kindColumns.contains(column.name) { return "kinds.\(column.name)" }
            if column.name == lineColumn { return "stored_rows.place & 4294967295 AS \(lineColumn)" }
            return batchColumns[column.name].map { "\($0) AS \(column.name)" } ?? "stored_rows.\(column.name)"
        }
        // The range says nothing new; it lets SQLite read the rows of one batch only.
        return """
            SELECT \(columns.joined(separator: ", "))\(cost) FROM stored_rows
            JOIN batches ON batches.number = stored_rows.place >> 32 AND stored_rows.place
                BETWEEN batches.number << 32 AND (batches.number << 32) + 4294967295
            LEFT JOIN kinds ON kinds.kind = stored_rows.kind
            """
    }

    /// What stands in the connection of a query alone: costs by the prices asked for, these prices, and the runs.
    static var queryTables: String {
        let arguments = UsageField.billed.map { "stored_rows.\($0.column)" }.joined(separator: ", ")
        let cost = "\(costFunction)(stored_rows.place >> 32, stored_rows.kind, \(arguments))"
        return """
            CREATE TEMP VIEW results AS \(results(cost: ", \(cost) AS picodollars, \(cost) / 1e12 AS cost"));
            CREATE TEMP TABLE \(prices)
            CREATE TEMP TABLE \(runs)
            """
    }

    /// The name of the SQL function that computes costs.
    static let costFunction = "batch_cost"

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
    private static let prices = """
        prices ( -- list prices in US dollars per million tokens; the first row that fits counts
            model TEXT NOT NULL,
            valid_from TEXT,
            valid_to TEXT,
            prompt_min INTEGER,
            prompt_max INTEGER,
            \(priceColumns.joined(separator: ",\n    "))
        );
        """
    private static let priceColumns = UsageField.priced.compactMap { field in
        field.priceColumn.map { "\($0) REAL\(field.isAlwaysPriced ? " NOT NULL" : "")" }
    }
    private static let runs = """
        runs ( -- a row for each run that wrote to the archive, out of its catalog
            number INTEGER PRIMARY KEY,
            command TEXT NOT NULL,
            arguments TEXT NOT NULL, -- a JSON array
            version TEXT NOT NULL, -- of the program
            started_at TEXT NOT NULL,
            finished_at TEXT, -- null while it runs, and of a run that was killed
            walked_since TEXT, -- from when on the listing was walked to its end
            counts TEXT NOT NULL, -- a JSON object
            exit_status INTEGER,
            error TEXT
        );
        """

    /// What a user may ask: tables and views with the meaning of their columns.
    package static var description: String {
        let columns = FlatSchema.columns.map { column in
            let type =
                switch column.kind {
                case .text, .timestamp: "TEXT"
                case .integer, .boolean: "INTEGER"
                }
            return "    \(column.name) \(type)\(column.isNullable ? "" : " NOT NULL"), -- \(column.meaning)"
        }
        return """
            CREATE TABLE results ( -- a row for each result
            \(columns.joined(separator: "\n"))
                picodollars INTEGER, -- cost in 1e-12 US dollars, exact; null without a price
                cost REAL -- cost in US dollars
            );
            \(batches)
            CREATE TABLE \(prices)
            CREATE TABLE \(runs)
            \(errors)

            """
    }
}
