import BatchPipeline
import JSONLines

/// A condition on a column: `model=claude-haiku-4-5-20251001`, `output_tokens>1000`, `error_message~credit`,
/// `stop_reason in max_tokens,refusal`.
///
/// Columns of numbers compare as numbers, all others by their bytes, so that the IDs 7 and 007 are different. `null`
/// means a missing value. A missing value equals only `null` and is neither smaller nor larger than any other value.
package struct Condition: Sendable {
    let column: SelectedColumn
    /// The condition as the user wrote it.
    package let text: String
    /// The name of the column as the user wrote it.
    package var columnName: String { column.name }
    /// Whether the column is a path into the line, which may be misspelled.
    package var isOnPath: Bool { column.isPath }
    /// Whether the column is of a join source.
    package var isOnJoinedColumn: Bool { column.isJoined }
    private let relation: Relation
    private let operands: [Operand]
    private let pattern: String

    private enum Relation: String, Sendable, CaseIterable {
        // If one operator is the beginning of another, the longer one comes first.
        case notEqual = "!="
        case notMatching = "!~"
        case atMost = "<="
        case atLeast = ">="
        case equal = "="
        case less = "<"
        case greater = ">"
        case matching = "~"
        case oneOf = "in"
    }

    private struct Operand: Sendable {
        let bytes: [UInt8]
        let number: Double?
        let isNull: Bool

        init(_ text: some StringProtocol) {
            bytes = Array(text.utf8)
            number = Double(String(text))
            isNull = text == "null"
        }

        var isNumberOrNull: Bool { number != nil || isNull }

        func equals(_ cell: JSONCell, asNumber: Bool) -> Bool {
            if cell.isMissing { return isNull }
            if asNumber, let number, let value = cell.number ?? Double(cell.text) { return number == value }
            return cell.textBytes.elementsEqual(bytes)
        }
    }

    /// Whether a character is after the name of a column.
    static func endsColumnName(_ character: Character) -> Bool {
        " !=<>~".contains(character)
    }

    /// Parses a condition as the user wrote it.
    package init(_ text: String, joined: JoinedColumnNames? = nil) throws(SelectionFailure) {
        let name = joined?.name(atStartOf: text)?[...] ?? text.prefix { !Self.endsColumnName($0) }
        let rest = text.dropFirst(name.count).drop { $0 == " " }
        guard !name.isEmpty, let relation = Relation.allCases.first(where: { rest.hasPrefix($0.rawValue) }) else {
            throw .badCondition(text)
        }
        var value = rest.dropFirst(relation.rawValue.count)
        // In `column = value`, the space after the operator is not part of the value.
        if text.dropFirst(name.count).first == " " { value = value.drop { $0 == " " } }
        if relation == .oneOf {
            guard rest.dropFirst(2).first.map({ " (".contains($0) }) ?? false else { throw .badCondition(text) }
            if value.first == "(", value.last == ")" { value = value.dropFirst().dropLast() }
        }
        self.text = text
        column = try SelectedColumn(String(name), joined: joined)
        self.relation = relation
        let isList = relation == .oneOf
        operands = isList ? value.split(separator: ",").map { Operand($0.drop { $0 == " " }) } : [Operand(value)]
        pattern = String(value)
        if relation == .matching || relation == .notMatching {
            if (try? Regex(pattern)) == nil { throw .badPattern(pattern) }
        } else if column.isInteger || column.isMoney, let other = operands.first(where: { !$0.isNumberOrNull }) {
            throw .notANumber(column: column.name, value: String(decoding: other.bytes, as: UTF8.self))
        }
    }

    /// Returns the check for one block.
    ///
    /// Each block needs its own, because tasks cannot share a regular expression.
    func prepared() -> (JSONCell) -> Bool {
        switch relation {
        case .equal, .oneOf: return { cell in operands.contains { $0.equals(cell, asNumber: comparesNumbers(cell)) } }
        case .notEqual: return { cell in !operands[0].equals(cell, asNumber: comparesNumbers(cell)) }
        case .less: return { order($0) == .less }
        case .greater: return { order($0) == .greater }
        case .atMost: return { [.less, .equal].contains(order($0)) }
        case .atLeast: return { [.greater, .equal].contains(order($0)) }
        case .matching, .notMatching:
            guard let regex = try? Regex(pattern).matchingSemantics(.unicodeScalar) else { return { _ in false } }
            let isWanted = relation == .matching
            return { cell in
                let isFound = !cell.isMissing && (try? regex.firstMatch(in: cell.text)) != nil
                return isFound == isWanted
            }
        }
    }

    private func comparesNumbers(_ cell: JSONCell) -> Bool {
        column.isMoney || !cell.isString
    }

    private enum Order {
        case less, equal, greater
    }

    /// The order of a value relative to the operand; nil if the value is missing, or not a number in a column of
    /// numbers.
    private func order(_ cell: JSONCell) -> Order? {
        guard !cell.isMissing else { return nil }
        // All values of CSV are text.
        let isNumber = column.isJoined && operands[0].number != nil && Double(cell.text) != nil
        if comparesNumbers(cell) || isNumber {
            guard let number = cell.number ?? Double(cell.text), let other = operands[0].number else { return nil }
            return number < other ? .less : number == other ? .equal : .greater
        }
        let text = cell.textBytes
        if text.elementsEqual(operands[0].bytes) { return .equal }
        return text.lexicographicallyPrecedes(operands[0].bytes) ? .less : .greater
    }
}

extension Condition {
    /// Whether any of the given values can meet the condition; `nil` means a missing value.
    func canMatch(anyOf values: some Sequence<String?>) -> Bool {
        let holds = prepared()
        return values.contains { value in
            var json: [UInt8] = []
            if let value { JSONString.append(value, to: &json) } else { json = FlatValue.nullText }
            return holds(JSONCell(json[...]))
        }
    }
}
