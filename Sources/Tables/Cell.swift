package import MessageBatches

/// One value of a table; the column's ``ValueKind`` says what a number counts.
package enum Cell: Sendable, Hashable {
    /// Nothing is known here; not the same as zero or as empty text.
    case missing
    case text(String)
    case integer(Int64)
    case decimal(Double)
    case timestamp(Timestamp)
    /// US dollars as an exact decimal string such as `-0.00123`, as the price table's arithmetic gives it.
    case money(String)
}

extension Cell {
    /// A count of whatever integer width; nil is missing.
    package static func integer(_ value: Int?) -> Cell {
        value.map { .integer(Int64($0)) } ?? .missing
    }

    /// Text, or missing where there is none.
    package static func text(_ value: String?) -> Cell {
        value.map { .text($0) } ?? .missing
    }

    /// A moment, or missing where there is none.
    package static func timestamp(_ value: Timestamp?) -> Cell {
        value.map { .timestamp($0) } ?? .missing
    }

    /// The form people read, with units and digit groups; nil if the cell is missing.
    package func readingText(_ kind: ValueKind) -> String? {
        switch self {
        case .missing: nil
        case .text(let text): text
        case .integer(let value):
            switch kind {
            case .text, .integer, .timestamp, .decimal, .money: NumberText.integer(value)
            case .bytes: NumberText.bytes(Double(value))
            case .byteRate: NumberText.byteRate(Double(value))
            case .duration: NumberText.duration(seconds: Double(value))
            case .percent: NumberText.percent(Double(value))
            }
        case .decimal(let value):
            switch kind {
            case .decimal(let places): NumberText.decimal(value, places: places)
            case .bytes: NumberText.bytes(value)
            case .byteRate: NumberText.byteRate(value)
            case .duration: NumberText.duration(seconds: value)
            case .percent: NumberText.percent(value)
            case .text, .integer, .timestamp, .money: NumberText.decimal(value, places: 2)
            }
        case .timestamp(let moment): NumberText.timestamp(moment)
        case .money(let amount): Money(amount)?.readingText ?? amount
        }
    }

    /// The form programs read: whole precision, no units, no digit groups; nil if the cell is missing.
    package var dataText: String? {
        switch self {
        case .missing: nil
        case .text(let text): text
        case .integer(let value): String(value)
        case .decimal(let value): value.isFinite ? "\(value)" : nil
        case .timestamp(let moment): moment.text
        case .money(let amount): amount
        }
    }

    /// Appends ``dataText``, or nothing if the cell is missing: large tables are written without a text for each cell.
    func appendData(to output: inout [UInt8]) {
        switch self {
        case .missing: break
        case .text(let text), .money(let text): output.append(contentsOf: text.utf8)
        case .integer(let value): output.append(value)
        case .decimal: if let dataText { output.append(contentsOf: dataText.utf8) }
        case .timestamp(let moment): moment.append(to: &output)
        }
    }
}
