import JSONLines
package import MessageBatches
import Prices

/// Writes the flat rows of one batch (``FlatSchema``) as NDJSON, in raw order.
///
/// The records must be priced; see ``RequestPricing``.
package struct FlatRowWriter: Sendable {
    private let batch: MessageBatch

    package init(batch: MessageBatch) {
        self.batch = batch
    }

    /// Returns the rows of a block, each with its line end.
    package func rows(of block: DecodedBlock) -> [UInt8] {
        let source = FlatRowSource(block, of: batch)
        var output: [UInt8] = []
        output.reserveCapacity(block.records.count * 720)
        for record in block.records {
            append(record, source, to: &output)
        }
        return output
    }

    private func append(_ record: ResultRecord, _ source: FlatRowSource, to output: inout [UInt8]) {
        for column in Self.columns {
            switch column.content.value(record, source) {
            case .null: output.append(column.null, of: Self.texts)
            case .number(0): output.append(column.zero, of: Self.texts)
            case let value:
                output.append(column.label, of: Self.texts)
                value.append(from: source, to: &output)
            }
        }
        output.append(UInt8(ascii: "}"))
        output.append(0x0A)
    }

    /// A column as it is in a row: the ranges in ``texts`` of its label, and of the label with its most frequent values.
    ///
    /// Ranges and not arrays, so that the loop over the columns copies no references.
    private struct LabeledColumn {
        let label: Range<Int>
        let null: Range<Int>
        let zero: Range<Int>
        let content: FlatSchema.Content
    }

    private static let labels = FlatSchema.columns.enumerated()
        .map { index, column in Array("\(index == 0 ? "{" : ",")\"\(column.name)\":".utf8) }

    /// For each column its label with `null`, then its label with `0`.
    private static let texts: [UInt8] = labels.flatMap { $0 + FlatValue.nullText + $0 + [UInt8(ascii: "0")] }

    private static let columns: [LabeledColumn] = {
        var start = 0
        return zip(FlatSchema.columns, labels)
            .map { column, label in
                let null = start..<start + label.count + FlatValue.nullText.count
                let zero = null.upperBound..<null.upperBound + label.count + 1
                defer { start = zero.upperBound }
                return LabeledColumn(
                    label: null.lowerBound..<null.lowerBound + label.count,
                    null: null,
                    zero: zero,
                    content: column.content
                )
            }
    }()
}

/// The values that all rows of a block share.
package struct FlatRowSource: Sendable {
    /// The bytes of the lines.
    package let bytes: [UInt8]
    /// The UTC day of the batch.
    package let day: CalendarDay
    /// The JSON text of the batch ID, which is the same in each row.
    let batchID: [UInt8]
    let createdAt: [UInt8]
    let endedAt: [UInt8]

    package init(_ block: DecodedBlock, of batch: MessageBatch) {
        bytes = block.block.bytes
        day = batch.day
        batchID = Self.json(batch.id)
        createdAt = Self.json(batch.createdAt.text)
        endedAt = batch.endedAt.map { Self.json($0.text) } ?? FlatValue.nullText
    }

    private static func json(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        JSONString.append(text, to: &output)
        return output
    }
}

/// The value of a column in a row.
package enum FlatValue {
    case null
    /// A string in the line.
    case text(TextSlice)
    /// A whole number that is not negative.
    case number(Int64)
    case money(Money)
    /// JSON text.
    case literal([UInt8])

    init(_ slice: TextSlice?) {
        self = slice.map { .text($0) } ?? .null
    }

    package static let nullText = Array("null".utf8)
    static let yes = Array("true".utf8)
    static let no = Array("false".utf8)

    /// Returns the name of an error class as JSON text.
    static func name(of errorClass: ErrorClass) -> [UInt8] { classNames[errorClass] ?? nullText }

    private static let classNames: [ErrorClass: [UInt8]] = Dictionary(
        uniqueKeysWithValues: ErrorClass.allCases.map { ($0, JSONNode.text($0.rawValue).text) }
    )

    /// Returns a price note as JSON text.
    static func name(of note: PriceNote) -> [UInt8] { noteNames[note] ?? nullText }

    private static let noteNames: [PriceNote: [UInt8]] = Dictionary(
        uniqueKeysWithValues: PriceNote.allCases.map { ($0, JSONNode.text($0.rawValue).text) }
    )

    /// Appends the value as JSON text.
    ///
    /// Strings are copied from the line. Only strings with escapes are decoded and encoded again, so that a lone
    /// surrogate becomes U+FFFD and every reader can read the row.
    package func append(from source: FlatRowSource, to output: inout [UInt8]) {
        switch self {
        case .null: output += Self.nullText
        case .literal(let text): output += text
        case .number(let number): output.append(number)
        case .money(let amount): output += amount.text.utf8
        case .text(let slice) where slice.isEscaped:
            JSONString.append(JSONString.decoded(source.bytes[slice.range], isEscaped: true), to: &output)
        case .text(let slice):
            output.append(UInt8(ascii: "\""))
            output.append(slice.range, of: source.bytes)
            output.append(UInt8(ascii: "\""))
        }
    }
}
