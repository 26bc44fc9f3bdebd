import BatchPipeline
import MessageBatches
import Prices

extension ArchiveView {
    /// `views/duckdb.sql`: views for DuckDB.
    ///
    /// Read it in the archive's folder.
    static func duckDB(prices table: PriceTable) -> ArchiveView {
        ArchiveView(
            name: "duckdb.sql",
            text: [header, results, messages, errors, batches, prices(table), costs].joined(separator: "\n")
        )
    }

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

    /// The prices as a table, with one row per name of a model and region (in the US or elsewhere).
    private static func prices(_ table: PriceTable) -> String {
        var values: [String] = []
        for (place, row) in table.rows.enumerated() {
            for name in [row.model] + row.aliases {
                for isUS in [false, true] {
                    let prices = row.prices(geo: isUS ? "us" : "")
                    let cells =
                        [
                            String(place), "'\(name)'", String(isUS), sql(row.validFrom?.text), sql(row.validTo?.text),
                            String(row.promptMinimum ?? 0), String(row.promptMaximum ?? Int.max),
                        ] + UsageField.priced.map { sql(prices[$0]) }
                    values.append("    (\(cells.joined(separator: ", ")))")
                }
            }
        }
        let columns = UsageField.priced.compactMap(\.priceColumn)
        let (first, rest) = (columns.prefix(2).joined(separator: ", "), columns.dropFirst(2).joined(separator: ", "))
        return """
            -- List prices in pico-dollars (1e-12 USD) a token, table of \(BuiltInPrices.version). \(BuiltInPrices.caveat)
            CREATE OR REPLACE VIEW prices AS
            SELECT place, model, in_us, CAST(valid_from AS DATE) AS valid_from, CAST(valid_to AS DATE) AS valid_to,
                prompt_min, prompt_max, \(columns.joined(separator: ", "))
            FROM (VALUES
            \(values.joined(separator: ",\n"))
            ) AS row(place, model, in_us, valid_from, valid_to, prompt_min, prompt_max, \(first),
                \(rest));

            """
    }

    private static func sql(_ text: String?) -> String { text.map { "'\($0)'" } ?? "NULL" }
    private static func sql(_ number: Int64?) -> String { number.map { String($0) } ?? "NULL" }

    /// The rules of ``Pricer`` in SQL: the price of the day or the nearest one, half of it in a batch, web searches at
    /// full price.
    private static var costs: String {
        let prompt = UsageField.allCases.filter(\.isPrompt).map(\.column).joined(separator: " + ")
        let alwaysPriced = UsageField.priced.filter(\.isAlwaysPriced).map { product($0.column, $0.priceColumn) }
        // A field without a price only matters if there are tokens in it.
        let others = UsageField.priced.filter { !$0.isAlwaysPriced }
            .map { "+ CASE \($0.column) WHEN 0 THEN 0 ELSE \(product($0.column, $0.priceColumn)) END" }
        let pieces = UsageField.billed.compactMap { field -> String? in
            guard case .piece(let price) = field.billing else { return nil }
            return product(field.column, String(price))
        }
        return costs(
            prompt: prompt,
            tokens: ([alwaysPriced.joined(separator: " + ")] + others).joined(separator: "\n            "),
            pieces: pieces.joined(separator: " + ")
        )
    }

    private static func product(_ column: String, _ price: String?) -> String {
        "CAST(\(column) AS HUGEINT) * \(price ?? "NULL")"
    }

    private static func costs(prompt: String, tokens: String, pieces: String) -> String {
        """
        -- What each succeeded request cost in USD, exact; NULL where there is no price. Models by Anthropic's own ids.
        CREATE OR REPLACE VIEW costs AS
        WITH requests AS (
            SELECT *, \(prompt) AS prompt,
                CAST(batch_created_at AS DATE) AS day
            FROM results WHERE result_type = 'succeeded'
        ), matched AS (
            SELECT requests.*, prices.* EXCLUDE (model), prices.model IS NOT NULL AS has_price,
                greatest(0, coalesce(valid_from - day, 0), coalesce(day - valid_to, 0)) AS distance
            FROM requests LEFT JOIN prices ON prices.model = requests.model
                AND prices.in_us = coalesce(inference_geo = 'us', false) AND prompt BETWEEN prompt_min AND prompt_max
            QUALIFY row_number() OVER (PARTITION BY batch_id, line_number ORDER BY distance, place) = 1
        ), counted AS (
            SELECT *, CASE WHEN has_price THEN (
                    \(tokens)
                ) // 2 + \(pieces) END AS picodollars
            FROM matched
        )
        SELECT date, batch_id, custom_id, line_number, model, service_tier, inference_geo,
            CAST(picodollars AS DECIMAL(25, 0)) * CAST(0.000000000001 AS DECIMAL(13, 12)) AS cost,
            has_price AND distance > 0 AS price_is_assumed
        FROM counted;

        """
    }
}
