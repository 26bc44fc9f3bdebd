import BatchPipeline
import JSONLines

/// A dotted path to a value of a result line: `usage.output_tokens`, `content[0].type`, `content[].text`.
///
/// A path starts at the message, because most values are there. A path that begins with `result` or `custom_id` starts
/// at the line, with `error` or `message` at the result. `$.x` starts at the line for any `x`. `[]` reads every element
/// and returns an array of the values found.
struct LinePath: Sendable {
    private enum Step: Sendable {
        case key(JSONKeyTable)
        case element(Int)
        case everyElement
    }

    private let steps: [Step]
    /// Whether the path starts at the line instead of the value of `result`.
    private let startsAtLine: Bool

    init(_ text: String) throws(SelectionFailure) {
        var keys: [Substring] = text.split(separator: ".", omittingEmptySubsequences: false)
        let first = keys.first.map { $0.prefix { $0 != "[" } } ?? ""
        startsAtLine = first == "$" || first == "custom_id" || first == "result"
        if first == "$" {
            guard keys.count > 1, keys[0] == "$" else { throw .badPath(text) }
            keys.removeFirst()
        } else if !startsAtLine, first != "message", first != "error" {
            keys.insert("message", at: 0)
        }
        var steps: [Step] = []
        for key in keys {
            let name = key.prefix { $0 != "[" }
            guard !name.isEmpty, let brackets = Self.brackets(key.dropFirst(name.count)) else { throw .badPath(text) }
            steps.append(.key(JSONKeyTable([String(name)])))
            steps += brackets
        }
        self.steps = steps
    }

    /// Parses `[0][]`; nil if the text has another form.
    private static func brackets(_ text: Substring) -> [Step]? {
        var steps: [Step] = []
        var rest = text
        while !rest.isEmpty {
            guard rest.first == "[", let end = rest.firstIndex(of: "]") else { return nil }
            let inside = rest[rest.index(after: rest.startIndex)..<end]
            if inside.isEmpty {
                steps.append(.everyElement)
            } else {
                guard inside.allSatisfy({ $0.isASCII && $0.isNumber }), let index = Int(inside) else { return nil }
                steps.append(.element(index))
            }
            rest = rest[rest.index(after: end)...]
        }
        return steps
    }

    /// Appends the value as JSON text; `null` if the line has no such value.
    func append(of record: ResultRecord, _ cursor: inout JSONCursor, to output: inout [UInt8]) {
        let start = startsAtLine ? record.line : record.result
        do throws(JSONSyntaxError) {
            if try append(steps[...], in: start, &cursor, to: &output) { return }
        } catch {
            // The decoder has already checked the line, so a value that cannot be read does not exist.
        }
        output += Self.null
    }

    private static let null = Array("null".utf8)

    /// Appends the value of the remaining steps; returns false and appends nothing if there is none.
    private func append(
        _ steps: ArraySlice<Step>,
        in range: Range<Int>,
        _ cursor: inout JSONCursor,
        to output: inout [UInt8]
    ) throws(JSONSyntaxError) -> Bool {
        guard let step = steps.first else {
            try cursor.appendValue(in: range, to: &output)
            return true
        }
        switch step {
        case .key(let table):
            guard let value = try cursor.member(table, in: range) else { return false }
            return try append(steps.dropFirst(), in: value, &cursor, to: &output)
        case .element(let index):
            let elements = try cursor.elements(in: range)
            guard elements.indices.contains(index) else { return false }
            return try append(steps.dropFirst(), in: elements[index], &cursor, to: &output)
        case .everyElement:
            output.append(UInt8(ascii: "["))
            var isFirst = true
            for element in try cursor.elements(in: range) {
                let end = output.count
                if !isFirst { output.append(UInt8(ascii: ",")) }
                if try append(steps.dropFirst(), in: element, &cursor, to: &output) {
                    isFirst = false
                } else {
                    output.removeLast(output.count - end)
                }
            }
            output.append(UInt8(ascii: "]"))
            return true
        }
    }
}

extension JSONCursor {
    /// The range of the value of a key in an object, the last one if keys repeat; nil if there is none.
    mutating func member(_ key: JSONKeyTable, in range: Range<Int>) throws(JSONSyntaxError) -> Range<Int>? {
        move(to: range)
        guard try kind() == .object else { return nil }
        var found: Range<Int>?
        try beginObject()
        while let name = try nextKey() {
            let isWanted = index(of: name, in: key) != nil
            let value = try skipValue()
            if isWanted { found = value }
        }
        return found
    }

    /// The ranges of the elements of an array; empty if the value is not an array.
    mutating func elements(in range: Range<Int>) throws(JSONSyntaxError) -> [Range<Int>] {
        move(to: range)
        guard try kind() == .array else { return [] }
        var found: [Range<Int>] = []
        try beginArray()
        while try nextElement() { found.append(try skipValue()) }
        return found
    }

    /// Appends the value in a range unchanged, except that lone surrogates in strings become U+FFFD.
    mutating func appendValue(in range: Range<Int>, to output: inout [UInt8]) throws(JSONSyntaxError) {
        move(to: range)
        guard try kind() == .string, let token = try string() else {
            append(range, to: &output)
            return
        }
        output.append(UInt8(ascii: "\""))
        appendBody(of: token, to: &output)
        output.append(UInt8(ascii: "\""))
    }

    /// Appends the content of a string token, without its quotes, as part of a JSON string.
    ///
    /// Escapes are copied, which is valid and fast. Strings with `\u` are decoded, because such an escape can be half
    /// of a character.
    func appendBody(of token: JSONToken, to output: inout [UInt8]) {
        guard containsUnicodeEscape(token) else { return append(token.range, to: &output) }
        var text: [UInt8] = []
        JSONString.append(self.text(token), to: &text)
        output += text.dropFirst().dropLast()
    }
}
