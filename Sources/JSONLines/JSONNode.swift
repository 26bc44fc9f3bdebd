/// A JSON value to be written as text.
///
/// Keys keep the given order, and only required characters are escaped. Parts that are already JSON text are copied.
package indirect enum JSONNode: Sendable {
    case null
    case number(Int)
    case text(String)
    /// JSON text, copied without a check.
    case verbatim([UInt8])
    case array([JSONNode])
    case object([(String, JSONNode)])

    package static func optional(_ text: String?) -> JSONNode {
        text.map { .text($0) } ?? .null
    }

    /// An object of numbers by name, in the order of ``sorted(_:)``.
    package static func counts(_ counts: [String: Int]) -> JSONNode {
        sorted(counts.map { ($0.key, .number($0.value)) })
    }

    /// An object with its keys in byte order, so that equal contents have equal text.
    ///
    /// Members without a value are omitted.
    package static func sorted(_ members: [(String, JSONNode?)]) -> JSONNode {
        .object(
            members.compactMap { member in member.1.map { (member.0, $0) } }
                .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
        )
    }

    /// Returns a document with one top-level key per line, so that it is easy to read and to compare with `diff`.
    package static func document(_ members: [(String, JSONNode)]) -> [UInt8] {
        var text = Array("{".utf8)
        for (index, member) in members.enumerated() {
            text += Array((index == 0 ? "\n" : ",\n").utf8)
            append(member, to: &text)
        }
        text += Array("\n}\n".utf8)
        return text
    }

    /// The JSON text of the node, without spaces.
    package var text: [UInt8] {
        var text: [UInt8] = []
        append(to: &text)
        return text
    }

    /// The JSON text of the node with a line end.
    package var line: [UInt8] {
        text + [0x0A]
    }

    private static func append(_ member: (String, JSONNode), to text: inout [UInt8]) {
        JSONString.append(member.0, to: &text)
        text.append(UInt8(ascii: ":"))
        member.1.append(to: &text)
    }

    private func append(to output: inout [UInt8]) {
        switch self {
        case .null: output += Array("null".utf8)
        case .number(let value): output += Array(String(value).utf8)
        case .text(let value): JSONString.append(value, to: &output)
        case .verbatim(let json): output += json
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                element.append(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                Self.append(member, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }
}

extension JSONNode {
    /// Returns the keys, joined by dots, that lead to the first value of a JSON text that differs from this node; nil if
    /// none does.
    ///
    /// Objects are compared key by key, all other values by their text. The path is empty if no key leads to the
    /// difference. With `ignoringOtherKeys`, keys that only the text has are not a difference, at the top level.
    package func difference(from json: [UInt8], ignoringOtherKeys: Bool = false) -> String? {
        guard case .object(let members) = self else { return text == json ? nil : "" }
        var values: [String: [UInt8]] = [:]
        do throws(JSONSyntaxError) {
            try JSONCursor.read(json) { cursor throws(JSONSyntaxError) in
                guard try cursor.kind() == .object else { throw JSONSyntaxError(.expectedObject, at: 0) }
                try cursor.namedMembers { key, cursor throws(JSONSyntaxError) in
                    values[key] = cursor.bytes(try cursor.skipValue())
                }
            }
        } catch {
            return ""
        }
        for (key, value) in members {
            guard let stored = values.removeValue(forKey: key) else { return key }
            if let path = value.difference(from: stored) { return path.isEmpty ? key : "\(key).\(path)" }
        }
        return ignoringOtherKeys ? nil : values.keys.min()
    }
}
