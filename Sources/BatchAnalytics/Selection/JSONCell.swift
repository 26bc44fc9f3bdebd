import JSONLines
import MessageBatches

/// A value of a row as JSON text, with access to its type.
struct JSONCell {
    private let json: ArraySlice<UInt8>

    init(_ json: ArraySlice<UInt8>) {
        self.json = json
    }

    var isMissing: Bool { json.first == UInt8(ascii: "n") }
    var isString: Bool { json.first == UInt8(ascii: "\"") }

    /// Whether the value is neither an object nor a list.
    var isSingle: Bool { json.first != UInt8(ascii: "{") && json.first != UInt8(ascii: "[") }

    private var isNumber: Bool {
        json.first.map { $0 == UInt8(ascii: "-") || $0.isDigit } ?? false
    }

    /// The number; nil if the value is not a number.
    var number: Double? {
        guard isNumber else { return nil }
        return Double(String(decoding: json, as: UTF8.self))
    }

    /// The whole number; nil if the value is not a whole number.
    var integer: Int64? {
        // Most numbers are counts, which are parsed without creating a string.
        guard json.count <= 18, json.allSatisfy({ $0.isDigit }) else {
            return isNumber ? Int64(String(decoding: json, as: UTF8.self)) : nil
        }
        return json.isEmpty ? nil : json.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    /// The UTF-8 text: a string without quotes and escapes, or the JSON text of any other value.
    var textBytes: ArraySlice<UInt8> {
        guard isString else { return json }
        let body = json.dropFirst().dropLast()
        guard body.contains(UInt8(ascii: "\\")) else { return body }
        return ArraySlice(JSONString.decoded(body, isEscaped: true).utf8)
    }

    var text: String { String(decoding: textBytes, as: UTF8.self) }
}
