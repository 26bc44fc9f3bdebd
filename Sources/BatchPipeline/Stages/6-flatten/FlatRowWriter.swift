import JSONLines
package import MessageBatches

/// Writes the flat rows of one batch (``FlatSchema``) as NDJSON, in raw order.
///
/// Strings are copied as they stand in the line; only those with escapes are decoded and written anew, so that a lone
/// surrogate becomes U+FFFD and every reader can read the row.
package struct FlatRowWriter: Sendable {
    private let head: [UInt8]
    private let tail: [UInt8]

    package init(batch: MessageBatch) {
        var head = Array("{\"batch_id\":".utf8)
        JSONString.append(batch.id, to: &head)
        self.head = head
        let ended = batch.endedAt.map { "\"\($0.text)\"" } ?? "null"
        tail = Array(
            ",\"batch_created_at\":\"\(batch.createdAt.text)\",\"batch_ended_at\":\(ended),\"raw_bytes\":".utf8
        )
    }

    /// The rows of a block, each with its line end.
    package func rows(of block: DecodedBlock) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(block.records.count * 720)
        for record in block.records {
            append(record, of: block.block.bytes, to: &output)
        }
        return output
    }

    private func append(_ record: ResultRecord, of bytes: [UInt8], to output: inout [UInt8]) {
        var row = RowCursor()
        output += head
        row.text(record.customID, of: bytes, to: &output)
        row.number(Int64(record.lineNumber), to: &output)
        row.text(record.resultType, of: bytes, to: &output)
        row.text(record.model, of: bytes, to: &output)
        row.text(record.messageID, of: bytes, to: &output)
        row.text(record.stopReason, of: bytes, to: &output)
        row.text(record.serviceTier, of: bytes, to: &output)
        row.text(record.inferenceGeo, of: bytes, to: &output)
        row.number(record.usage.input, to: &output)
        row.number(record.usage.cacheCreation5m, to: &output)
        row.number(record.usage.cacheCreation1h, to: &output)
        row.number(record.usage.cacheRead, to: &output)
        row.number(record.usage.output, to: &output)
        row.number(record.usage.thinking, to: &output)
        row.number(record.usage.webSearches, to: &output)
        row.number(record.usage.webFetches, to: &output)
        row.text(record.errorType, of: bytes, to: &output)
        row.text(record.errorMessage, of: bytes, to: &output)
        row.text(record.errorRequestID, of: bytes, to: &output)
        row.literal(record.errorClass.map { Self.classNames[$0] ?? Self.null } ?? Self.null, to: &output)
        row.number(Int64(record.contentBlocks), to: &output)
        row.number(Int64(record.toolUses), to: &output)
        row.number(Int64(record.textBytes), to: &output)
        row.literal(record.isUsable ? Self.yes : Self.no, to: &output)
        output += tail
        RowCursor.digits(Int64(record.line.count), to: &output)
        output.append(UInt8(ascii: "}"))
        output.append(0x0A)
    }

    private static let null = Array("null".utf8)
    private static let yes = Array("true".utf8)
    private static let no = Array("false".utf8)
    private static let classNames: [ErrorClass: [UInt8]] = Dictionary(
        uniqueKeysWithValues: ErrorClass.allCases.map { ($0, Array("\"\($0.rawValue)\"".utf8)) }
    )
}

/// Writes value behind label, column by column, starting behind `batch_id`.
private struct RowCursor {
    /// `,"key":` for each column, and the whole text of its most frequent values, so that a row is a chain of few copies.
    private static let labels = FlatSchema.columns.map { Array(",\"\($0.name)\":".utf8) }
    private static let nulls = labels.map { $0 + Array("null".utf8) }
    private static let zeros = labels.map { $0 + [UInt8(ascii: "0")] }

    private var column = 1

    mutating func literal(_ value: [UInt8], to output: inout [UInt8]) {
        output += Self.labels[column]
        output += value
        column += 1
    }

    mutating func number(_ value: Int64, to output: inout [UInt8]) {
        if value == 0 {
            output += Self.zeros[column]
        } else {
            output += Self.labels[column]
            Self.digits(value, to: &output)
        }
        column += 1
    }

    mutating func text(_ slice: TextSlice?, of bytes: [UInt8], to output: inout [UInt8]) {
        defer { column += 1 }
        guard let slice else {
            output += Self.nulls[column]
            return
        }
        output += Self.labels[column]
        guard !slice.isEscaped else {
            JSONString.append(JSONString.decoded(bytes[slice.range], isEscaped: true), to: &output)
            return
        }
        output.append(UInt8(ascii: "\""))
        output += bytes[slice.range]
        output.append(UInt8(ascii: "\""))
    }

    /// Appends a number that is not negative in decimal.
    static func digits(_ value: Int64, to output: inout [UInt8]) {
        var (low, rest) = (output.count, value)
        repeat {
            output.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        var high = output.count - 1
        while low < high {
            output.swapAt(low, high)
            (low, high) = (low + 1, high - 1)
        }
    }
}
