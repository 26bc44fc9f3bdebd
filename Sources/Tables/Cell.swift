import JSONLines
package import MessageBatches

/// One value of a table.
///
/// The unit of a number is the ``ValueKind`` of its column.
package enum Cell: Sendable, Hashable {
    /// The value is not known, which is different from zero and from empty text.
    case missing
    case text(String)
    case integer(Int64)
    case decimal(Double)
    case timestamp(Timestamp)
    /// An exact amount in US dollars.
    case money(Money)
}

extension Cell {
    /// A count; missing if the value is nil.
    package static func integer(_ value: Int?) -> Cell {
        value.map { .integer(Int64($0)) } ?? .missing
    }

    /// A text; missing if the value is nil.
    package static func text(_ value: String?) -> Cell {
        value.map { .text($0) } ?? .missing
    }

    /// An amount; missing if the value is nil.
    package static func money(_ value: Money?) -> Cell {
        value.map { .money($0) } ?? .missing
    }

    /// A fraction or another number; missing if the value is nil.
    package static func decimal(_ value: Double?) -> Cell {
        value.map { .decimal($0) } ?? .missing
    }

    /// A timestamp; missing if the value is nil.
    package static func timestamp(_ value: Timestamp?) -> Cell {
        value.map { .timestamp($0) } ?? .missing
    }

    /// The value as text for people, with units and thousands separators; nil if the cell is missing.
    package func displayText(_ kind: ValueKind) -> String? {
        switch self {
        case .missing: nil
        case .text(let text): text
        case .integer(let value):
            switch kind {
            case .text, .integer, .timestamp, .minute, .decimal, .money: NumberText.integer(value)
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
            case .text, .integer, .timestamp, .minute, .money: NumberText.decimal(value, places: 2)
            }
        case .timestamp(let moment): kind == .minute ? NumberText.minute(moment) : NumberText.timestamp(moment)
        case .money(let amount): amount.displayText
        }
    }

    /// The value as text for programs, with full precision, without units or separators; nil if the cell is missing.
    package var dataText: String? {
        switch self {
        case .missing: nil
        case .text(let text): text
        case .integer(let value): String(value)
        case .decimal(let value): NumberText.plain(value)
        case .timestamp(let moment): moment.text
        case .money(let amount): amount.text
        }
    }

    /// Appends ``dataText``, or nothing if the cell is missing.
    ///
    /// Large tables are written this way without allocating a string per cell.
    func appendData(to output: inout [UInt8]) {
        switch self {
        case .missing: break
        case .text(let text): output += text.utf8
        case .integer(let value): output.append(value)
        case .decimal, .money: if let dataText { output += dataText.utf8 }
        case .timestamp(let moment): moment.append(to: &output)
        }
    }

    /// Appends the value as JSON: numbers and money as numbers with all digits, timestamps as strings, `null` for a
    /// missing value or a decimal that is not finite.
    func appendJSON(to output: inout [UInt8]) {
        switch self {
        case .text(let text): JSONString.append(text, to: &output)
        case .timestamp:
            output.append(UInt8(ascii: "\""))
            appendData(to: &output)
            output.append(UInt8(ascii: "\""))
        case .missing, .integer, .decimal, .money:
            let start = output.count
            appendData(to: &output)
            if output.count == start { output += "null".utf8 }
        }
    }
}
