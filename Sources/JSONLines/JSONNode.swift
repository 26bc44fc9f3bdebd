/// A JSON document on its way to text: keys in the order given, nothing escaped without need, parts that are text already
/// taken in as they are.
package indirect enum JSONNode: Sendable {
    case null
    case number(Int)
    case text(String)
    /// JSON text, not looked at.
    case verbatim([UInt8])
    case array([JSONNode])
    case object([(String, JSONNode)])

    package static func optional(_ text: String?) -> JSONNode {
        text.map { .text($0) } ?? .null
    }

    /// Numbers by name, in the order of ``sorted(_:)``.
    package static func counts(_ counts: [String: Int]) -> JSONNode {
        sorted(counts.map { ($0.key, .number($0.value)) })
    }

    /// An object with its keys in the order of their bytes, so that equal contents have equal text; members without a value are
    /// left out.
    package static func sorted(_ members: [(String, JSONNode?)]) -> JSONNode {
        .object(
            members.compactMap { member in member.1.map { (member.0, $0) } }
                .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
        )
    }

    /// The document with one top-level key a line, so that people and `diff` find their way.
    package static func document(_ members: [(String, JSONNode)]) -> [UInt8] {
        var text = Array("{".utf8)
        for (index, member) in members.enumerated() {
            text += Array((index == 0 ? "\n" : ",\n").utf8)
            append(member, to: &text)
        }
        text += Array("\n}\n".utf8)
        return text
    }

    /// The node as text, without a blank.
    package var text: [UInt8] {
        var text: [UInt8] = []
        append(to: &text)
        return text
    }

    /// The node as one line of text.
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
