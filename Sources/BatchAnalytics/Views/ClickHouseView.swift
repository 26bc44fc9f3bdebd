import BatchPipeline

extension ArchiveView {
    /// `views/clickhouse.sql`: the flat table for `clickhouse local`.
    ///
    /// Run it in the archive's folder.
    static let clickHouse: ArchiveView = {
        let columns = FlatSchema.columns.map { column in
            let type =
                switch column.kind {
                case .text: "String"
                case .integer: "Int64"
                case .money: "Decimal(38, 12)"
                case .boolean: "Bool"
                case .timestamp: "DateTime64(6, \\'UTC\\')"
                }
            return "    \(column.name) \(column.isNullable ? "Nullable(\(type))" : type)"
        }
        return ArchiveView(
            name: "clickhouse.sql",
            text: """
                -- Views over this archive for ClickHouse. In the archive's folder:
                --     clickhouse local --queries-file views/clickhouse.sql --query 'SELECT count() FROM results'
                -- Made by batchkeep from its schema; changes here are overwritten.
                SET date_time_input_format = 'best_effort';

                CREATE OR REPLACE VIEW results AS
                SELECT * FROM file('results/*/*.ndjson.gz', 'JSONEachRow', '
                \(columns.joined(separator: ",\n"))
                ') SETTINGS date_time_input_format = 'best_effort';

                CREATE OR REPLACE VIEW errors AS
                SELECT batch_id, custom_id, error_type, error_class, error_message, error_request_id
                FROM results WHERE result_type = 'errored';

                CREATE OR REPLACE VIEW messages AS
                SELECT custom_id, JSONExtractString(result, 'type') AS result_type,
                    JSONExtractString(result, 'message', 'model') AS model,
                    arrayStringConcat(arrayMap(block -> JSONExtractString(block, 'text'),
                        arrayFilter(block -> JSONExtractString(block, 'type') = 'text',
                            JSONExtractArrayRaw(result, 'message', 'content')))) AS text
                FROM file('raw/*/*.jsonl.gz', 'JSONEachRow', 'custom_id String, result String');

                """
        )
    }()
}
