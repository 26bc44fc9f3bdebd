import BatchPipeline

extension ArchiveView {
    /// `views/duckdb.sql`: views for DuckDB.
    ///
    /// Read it in the archive's folder.
    static let duckDB = ArchiveView(
        name: "duckdb.sql",
        text: [header, results, messages, errors, batches, costs].joined(separator: "\n")
    )

    private static let header = """
        -- Views over this archive for DuckDB. In the archive's folder: duckdb -init views/duckdb.sql
        -- From elsewhere: SET file_search_path = 'path/of/the/archive'; then .read or paste this file.
        -- Made by batchkeep from its schema; changes here are overwritten.

        """

    /// The view of the flat table.
    ///
    /// Its types are explicit: DuckDB guesses types from the first rows, and errors often come last.
    private static var results: String {
        let columns = FlatSchema.columns
            .map { column in
                let type =
                    switch column.kind {
                    case .text: "VARCHAR"
                    case .integer: "BIGINT"
                    case .money: "DECIMAL(38, 12)"
                    case .boolean: "BOOLEAN"
                    case .timestamp: "TIMESTAMP"
                    }
                return "        \(column.name): '\(type)'"
            }
        let comments = FlatSchema.columns
            .map { "COMMENT ON COLUMN results.\($0.name) IS '\($0.comment.replacing("'", with: "''"))';" }
        return """
            -- One row a result; times are UTC, date is the day the batch was created.
            CREATE OR REPLACE VIEW results AS
            SELECT * FROM read_json(
                'results/*/*.ndjson.gz', format = 'newline_delimited', hive_partitioning = true,
                hive_types = {date: DATE}, columns = {
            \(columns.joined(separator: ",\n"))
                });
            \(comments.joined(separator: "\n"))

            """
    }

    private static let messages = """
        -- The answers with their text, out of the raw lines.
        CREATE OR REPLACE VIEW messages AS
        SELECT date, regexp_extract(filename, '([^/]+)\\.jsonl\\.gz$', 1) AS batch_id, custom_id,
            result->>'$.type' AS result_type, result->>'$.message.id' AS message_id,
            result->>'$.message.model' AS model, result->>'$.message.stop_reason' AS stop_reason,
            array_to_string(list_transform(list_filter(
                CAST(result->'$.message.content' AS JSON[]), lambda block: block->>'$.type' = 'text'),
                lambda block: block->>'$.text'), '') AS text,
            result->'$.message.content' AS content, result->'$.message.usage' AS usage, result->'$.error' AS error
        FROM read_json(
            'raw/*/*.jsonl.gz', format = 'newline_delimited', hive_partitioning = true, hive_types = {date: DATE},
            filename = true, maximum_object_size = 67108864, columns = {custom_id: 'VARCHAR', result: 'JSON'});

        """

    private static let errors = """
        -- What went wrong; error_class says what helps: retry, fix_input or fix_account.
        CREATE OR REPLACE VIEW errors AS
        SELECT date, batch_id, custom_id, error_type, error_class, error_message, error_request_id
        FROM results WHERE result_type = 'errored';

        """

    private static let batches = """
        -- One row a batch, out of the manifests.
        CREATE OR REPLACE VIEW batches AS
        SELECT date, batch->>'$.id' AS batch_id, CAST(batch->>'$.created_at' AS TIMESTAMP) AS created_at,
            CAST(batch->>'$.ended_at' AS TIMESTAMP) AS ended_at,
            coalesce(CAST(counts->>'$.found.succeeded' AS BIGINT), 0) AS succeeded,
            coalesce(CAST(counts->>'$.found.errored' AS BIGINT), 0) AS errored,
            coalesce(CAST(counts->>'$.found.canceled' AS BIGINT), 0) AS canceled,
            coalesce(CAST(counts->>'$.found.expired' AS BIGINT), 0) AS expired,
            CAST(files->>'$.raw.bytes' AS BIGINT) AS stored_bytes,
            CAST(files->>'$.raw.uncompressed_bytes' AS BIGINT) AS raw_bytes, batch, revision
        FROM read_json(
            'manifests/*/*.json', format = 'unstructured', hive_partitioning = true, hive_types = {date: DATE},
            maximum_object_size = 67108864,
            columns = {revision: 'BIGINT', batch: 'JSON', counts: 'JSON', files: 'JSON'});

        """

    private static let costs = """
        -- What each succeeded request cost in US dollars, exact; NULL without a price.
        CREATE OR REPLACE VIEW costs AS
        SELECT date, batch_id, custom_id, line_number, model, service_tier, inference_geo, cost_usd, price_note
        FROM results WHERE result_type = 'succeeded';

        """
}
