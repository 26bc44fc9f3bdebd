import BatchPipeline

/// The tables of the result index as SQL, made from ``FlatSchema``.
package enum ResultIndexSchema {
    /// What a user may ask: tables and views with the meaning of their columns.
    package static var tables: String {
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
                cost REAL GENERATED ALWAYS AS (picodollars / 1e12) VIRTUAL -- cost in US dollars
            );
            CREATE INDEX results_by_custom_id ON results(custom_id);
            CREATE INDEX results_by_batch ON results(batch_id);
            CREATE TABLE batches ( -- a row for each batch
                batch_id TEXT PRIMARY KEY,
                date TEXT NOT NULL, -- UTC day of creation
                created_at TEXT NOT NULL,
                ended_at TEXT,
                succeeded INTEGER NOT NULL,
                errored INTEGER NOT NULL,
                canceled INTEGER NOT NULL,
                expired INTEGER NOT NULL,
                raw_bytes INTEGER NOT NULL, -- uncompressed
                revision INTEGER NOT NULL -- of the manifest
            ) WITHOUT ROWID;
            CREATE TABLE prices ( -- list prices in US dollars per million tokens
                model TEXT NOT NULL,
                valid_from TEXT,
                valid_to TEXT,
                prompt_min INTEGER,
                prompt_max INTEGER,
                input REAL NOT NULL,
                cache_write_5m REAL,
                cache_write_1h REAL,
                cache_read REAL,
                output REAL NOT NULL
            );
            CREATE VIEW errors AS -- the results that errored
            SELECT batch_id, custom_id, error_type, error_class, error_message, error_request_id, batch_created_at
            FROM results WHERE result_type = 'errored';

            """
    }

    static let removal = """
        DROP VIEW IF EXISTS errors; DROP TABLE IF EXISTS results; DROP TABLE IF EXISTS batches; DROP TABLE IF EXISTS prices;
        """

    static var rowInsertion: String {
        let names = FlatSchema.columns.map(\.name) + ["picodollars"]
        let marks = Array(repeating: "?", count: names.count).joined(separator: ", ")
        return "INSERT INTO results (\(names.joined(separator: ", "))) VALUES (\(marks))"
    }

    /// Queries many people want, by name.
    package static let named: [(name: String, meaning: String, sql: String)] = [
        (
            "top-errors", "the most frequent errors",
            """
            SELECT error_type, error_class, error_message, count(*) AS requests FROM errors
            GROUP BY 1, 2, 3 ORDER BY requests DESC LIMIT 20
            """
        ),
        (
            "cost-by-day", "requests and cost by day and model",
            """
            SELECT substr(batch_created_at, 1, 10) AS date, model, count(*) AS requests, sum(cost) AS cost,
                count(*) - count(picodollars) AS unpriced
            FROM results WHERE result_type = 'succeeded' GROUP BY 1, 2 ORDER BY 1, 2
            """
        ),
        (
            "unusable", "succeeded answers that are of no use, by model and stop reason",
            """
            SELECT model, stop_reason, count(*) AS requests, sum(cost) AS cost FROM results
            WHERE result_type = 'succeeded' AND NOT usable GROUP BY 1, 2 ORDER BY requests DESC
            """
        ),
        (
            "largest-answers", "the longest answers",
            """
            SELECT batch_id, custom_id, model, output_tokens, cost FROM results ORDER BY output_tokens DESC LIMIT 20
            """
        ),
        (
            "batches", "every batch with its outcome",
            "SELECT date, batch_id, succeeded, errored, canceled, expired, raw_bytes FROM batches ORDER BY created_at"
        ),
    ]
}
