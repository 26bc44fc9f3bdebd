/// The flat table: one row a result, the same keys on every row, no nesting, no content text.
///
/// Readers such as DuckDB and Polars infer a schema from the first rows and drop what comes late; here nothing comes late.
/// Change a column only together with ``version``.
package enum FlatSchema {
    /// Stands in the manifest; files written by another version are `outdated` and can be rebuilt from raw.
    package static let version = 1

    /// What a column holds.
    package enum Kind: String, Sendable {
        case text
        case integer
        case boolean
        /// RFC 3339, UTC, six fraction digits, `Z`.
        case timestamp
    }

    /// A column and what its values mean.
    package struct Column: Sendable {
        package let name: String
        package let kind: Kind
        package let isNullable: Bool
        package let meaning: String
    }

    /// The columns in the order of every row.
    package static let columns: [Column] = [
        Column("batch_id", .text, "id of the batch"),
        Column("custom_id", .text, "the caller's id of the request, unique inside its batch"),
        Column("line_number", .integer, "physical line in the raw file, from 1"),
        Column("result_type", .text, "succeeded, errored, canceled, expired, or a name this version does not know"),
        Column("model", .text, "model that answered", isNullable: true),
        Column("message_id", .text, "id of the message", isNullable: true),
        Column("stop_reason", .text, "why the answer ended", isNullable: true),
        Column("service_tier", .text, "tier the request ran in", isNullable: true),
        Column("inference_geo", .text, "where the model ran", isNullable: true),
        Column("input_tokens", .integer, "prompt tokens neither written to nor read from the cache"),
        Column("cache_creation_5m_tokens", .integer, "prompt tokens written to the five-minute cache"),
        Column("cache_creation_1h_tokens", .integer, "prompt tokens written to the one-hour cache"),
        Column("cache_read_tokens", .integer, "prompt tokens read from the cache"),
        Column("output_tokens", .integer, "answer tokens, thinking included"),
        Column("thinking_tokens", .integer, "the part of output_tokens that was thinking"),
        Column("web_search_requests", .integer, "web searches of the server tool"),
        Column("web_fetch_requests", .integer, "web fetches of the server tool"),
        Column("error_type", .text, "code of the error, the inner one where errors nest", isNullable: true),
        Column("error_message", .text, "message of the error", isNullable: true),
        Column("error_request_id", .text, "request id to give to support", isNullable: true),
        Column("error_class", .text, "what helps: retry, fix_input or fix_account", isNullable: true),
        Column("content_blocks", .integer, "content blocks of the message"),
        Column("tool_uses", .integer, "content blocks of type tool_use"),
        Column("text_bytes", .integer, "bytes of all text blocks, UTF-8"),
        Column("usable", .boolean, "succeeded, ended in order, with text or a tool call"),
        Column("batch_created_at", .timestamp, "when the batch was created"),
        Column("batch_ended_at", .timestamp, "when processing ended", isNullable: true),
        Column("raw_bytes", .integer, "length of the raw line without its end"),
    ]
}

extension FlatSchema.Column {
    fileprivate init(_ name: String, _ kind: FlatSchema.Kind, _ meaning: String, isNullable: Bool = false) {
        self.init(name: name, kind: kind, isNullable: isNullable, meaning: meaning)
    }
}
