import MessageBatches

/// The schema of the flat table: one row per result, the same keys in every row, no nesting, no content text.
///
/// Each entry of ``columns`` has the name, type and meaning of a column, and the way to find its value. Flat files,
/// `select`, the views and the schemas for other tools all use this list. Every row has all columns, because readers
/// such as DuckDB and Polars infer a schema from the first rows and drop columns that come later. Change a column only
/// together with ``version``.
package enum FlatSchema {
    /// The version of the columns, which the manifest records.
    ///
    /// Files of another version are `outdated` and can be rebuilt from raw.
    package static let version = 1

    /// The type of a column's values.
    package enum Kind: String, Sendable {
        case text
        case integer
        case boolean
        /// RFC 3339 in UTC with six fraction digits and `Z`.
        case timestamp
    }

    /// A column, the meaning of its values, and the way to find them.
    package struct Column: Sendable {
        package let name: String
        package let kind: Kind
        package let isNullable: Bool
        package let meaning: String
        package let value: @Sendable (ResultRecord, FlatRowSource) -> FlatValue
    }

    /// The columns in the order of every row.
    package static let columns: [Column] = identity + usage + outcome

    private static let identity: [Column] = [
        batch("batch_id", .text, "id of the batch") { $0.batchID },
        text("custom_id", "the caller's id of the request, unique inside its batch", isNullable: false) { $0.customID },
        number("line_number", "physical line in the raw file, from 1") { Int64($0.lineNumber) },
        text(
            "result_type",
            "succeeded, errored, canceled, expired, or a name this version does not know",
            isNullable: false
        ) { $0.resultType },
        text("model", "model that answered") { $0.model },
        text("message_id", "id of the message") { $0.messageID },
        text("stop_reason", "why the answer ended") { $0.stopReason },
        text("service_tier", "tier the request ran in") { $0.serviceTier },
        text("inference_geo", "where the model ran") { $0.inferenceGeo },
    ]

    private static let usage = UsageField.allCases.map { field in
        number(field.column, field.meaning) { $0.usage[field] }
    }

    private static let outcome: [Column] = [
        text("error_type", "code of the error, the inner one where errors nest") { $0.errorType },
        text("error_message", "message of the error") { $0.errorMessage },
        text("error_request_id", "request id to give to support") { $0.errorRequestID },
        Column(
            name: "error_class",
            kind: .text,
            isNullable: true,
            meaning: "what helps: retry, fix_input or fix_account"
        ) { record, _ in record.errorClass.map { .literal(FlatValue.name(of: $0)) } ?? .null },
        number("content_blocks", "content blocks of the message") { Int64($0.contentBlocks) },
        number("tool_uses", "content blocks of type tool_use") { Int64($0.toolUses) },
        number("text_bytes", "bytes of all text blocks, UTF-8") { Int64($0.textBytes) },
        Column(
            name: "usable",
            kind: .boolean,
            isNullable: false,
            meaning: "succeeded, ended in order, with text or a tool call"
        ) { record, _ in .literal(record.isUsable ? FlatValue.yes : FlatValue.no) },
        batch("batch_created_at", .timestamp, "when the batch was created") { $0.createdAt },
        batch("batch_ended_at", .timestamp, "when processing ended", isNullable: true) { $0.endedAt },
        number("raw_bytes", "length of the raw line without its end") { Int64($0.line.count) },
    ]

    private static func text(
        _ name: String,
        _ meaning: String,
        isNullable: Bool = true,
        _ slice: @escaping @Sendable (ResultRecord) -> TextSlice?
    ) -> Column {
        Column(name: name, kind: .text, isNullable: isNullable, meaning: meaning) { record, _ in
            slice(record).map { .text($0) } ?? .null
        }
    }

    private static func number(
        _ name: String,
        _ meaning: String,
        _ number: @escaping @Sendable (ResultRecord) -> Int64
    ) -> Column {
        Column(name: name, kind: .integer, isNullable: false, meaning: meaning) { record, _ in .number(number(record)) }
    }

    private static func batch(
        _ name: String,
        _ kind: Kind,
        _ meaning: String,
        isNullable: Bool = false,
        _ json: @escaping @Sendable (FlatRowSource) -> [UInt8]
    ) -> Column {
        Column(name: name, kind: kind, isNullable: isNullable, meaning: meaning) { _, source in .literal(json(source)) }
    }
}
