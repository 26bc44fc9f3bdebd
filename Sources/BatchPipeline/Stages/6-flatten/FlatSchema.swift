package import MessageBatches

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
    package static let version = 2

    /// The type of a column's values.
    package enum Kind: String, Sendable {
        case text
        case integer
        /// US dollars, exact, with up to 12 decimal places.
        case money
        case boolean
        /// RFC 3339 in UTC with six fraction digits and `Z`.
        case timestamp
    }

    /// Where the value of a column comes from.
    package enum Content: Sendable {
        case batchID, customID, lineNumber, resultType, model, messageID, stopReason, stopCategory, serviceTier
        case inferenceGeo
        case usage(UsageField)
        case iterations, cost, priceNote
        case errorType, errorMessage, errorRequestID, errorClass
        case contentBlocks, toolUses, textBytes, usable, batchCreatedAt, batchEndedAt, rawBytes
    }

    /// A column, what its values mean, and where they come from.
    package struct Column: Sendable {
        package let name: String
        package let kind: Kind
        package let isNullable: Bool
        package let meaning: String
        package let content: Content

        fileprivate init(
            _ name: String,
            _ content: Content,
            _ kind: Kind,
            _ meaning: String,
            isNullable: Bool = false
        ) {
            (self.name, self.content, self.kind, self.meaning) = (name, content, kind, meaning)
            self.isNullable = isNullable
        }
    }

    /// The columns in the order of every row.
    package static let columns: [Column] = identity + usage + billing + outcome

    private static let identity: [Column] = [
        Column("batch_id", .batchID, .text, "ID of the batch"),
        Column("custom_id", .customID, .text, "the caller's ID of the request, unique within its batch"),
        Column("line_number", .lineNumber, .integer, "physical line in the raw file, from 1"),
        Column(
            "result_type",
            .resultType,
            .text,
            "succeeded, errored, canceled, expired, or a name this version does not know"
        ),
        Column("model", .model, .text, "model that answered", isNullable: true),
        Column("message_id", .messageID, .text, "ID of the message", isNullable: true),
        Column("stop_reason", .stopReason, .text, "why the answer ended", isNullable: true),
        Column("stop_category", .stopCategory, .text, "category of a refusal", isNullable: true),
        Column("service_tier", .serviceTier, .text, "tier the request ran in", isNullable: true),
        Column("inference_geo", .inferenceGeo, .text, "where the model ran", isNullable: true),
    ]

    private static let usage = UsageField.allCases.map { field in
        Column(field.column, .usage(field), .integer, field.meaning)
    }

    private static let billing: [Column] = [
        Column("iterations", .iterations, .integer, "entries of usage.iterations"),
        Column("cost_usd", .cost, .money, "cost in US dollars, exact", isNullable: true),
        Column(
            "price_note",
            .priceNote,
            .text,
            "assumed, unpriced, not_billed or unreadable_usage if the cost is not the price of that day",
            isNullable: true
        ),
    ]

    private static let outcome: [Column] = [
        Column(
            "error_type",
            .errorType,
            .text,
            "code of the error; for nested errors, of the inner one",
            isNullable: true
        ),
        Column("error_message", .errorMessage, .text, "message of the error", isNullable: true),
        Column("error_request_id", .errorRequestID, .text, "request ID for a support request", isNullable: true),
        Column(
            "error_class",
            .errorClass,
            .text,
            "class of the error: retry, fix_input or fix_account",
            isNullable: true
        ),
        Column("content_blocks", .contentBlocks, .integer, "content blocks of the message"),
        Column("tool_uses", .toolUses, .integer, "content blocks of type tool_use"),
        Column("text_bytes", .textBytes, .integer, "bytes of all text blocks, UTF-8"),
        Column("usable", .usable, .boolean, "succeeded, stopped normally, with text or a tool call"),
        Column("batch_created_at", .batchCreatedAt, .timestamp, "when the batch was created"),
        Column("batch_ended_at", .batchEndedAt, .timestamp, "when processing ended", isNullable: true),
        Column("raw_bytes", .rawBytes, .integer, "length of the raw line without its end"),
    ]
}

extension FlatSchema.Content {
    /// Returns the value in the row of a record.
    // One switch instead of a closure per column: rows are made for every line of an export.
    @inline(__always)
    func value(_ record: ResultRecord, _ source: FlatRowSource) -> FlatValue {
        switch self {
        case .batchID: .literal(source.batchID)
        case .customID: .text(record.customID)
        case .lineNumber: .number(Int64(record.lineNumber))
        case .resultType: .text(record.resultType)
        case .model: FlatValue(record.model)
        case .messageID: FlatValue(record.messageID)
        case .stopReason: FlatValue(record.stopReason)
        case .stopCategory: FlatValue(record.stopCategory)
        case .serviceTier: FlatValue(record.serviceTier)
        case .inferenceGeo: FlatValue(record.inferenceGeo)
        case .usage(let field): .number(record.usage[field])
        case .iterations: .number(Int64(record.iterations))
        case .cost: record.price.cost.map { .money($0) } ?? .null
        case .priceNote: record.price.note.map { .literal(FlatValue.name(of: $0)) } ?? .null
        case .errorType: FlatValue(record.errorType)
        case .errorMessage: FlatValue(record.errorMessage)
        case .errorRequestID: FlatValue(record.errorRequestID)
        case .errorClass: record.errorClass.map { .literal(FlatValue.name(of: $0)) } ?? .null
        case .contentBlocks: .number(Int64(record.contentBlocks))
        case .toolUses: .number(Int64(record.toolUses))
        case .textBytes: .number(Int64(record.textBytes))
        case .usable: .literal(record.isUsable ? FlatValue.yes : FlatValue.no)
        case .batchCreatedAt: .literal(source.createdAt)
        case .batchEndedAt: .literal(source.endedAt)
        case .rawBytes: .number(Int64(record.line.count))
        }
    }
}

extension FlatSchema.Column {
    /// Returns the value in the row of a record.
    package func value(_ record: ResultRecord, _ source: FlatRowSource) -> FlatValue {
        content.value(record, source)
    }
}
