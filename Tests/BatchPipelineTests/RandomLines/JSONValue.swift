import TestSupport

/// A JSON value that can be written in many equivalent ways.
indirect enum JSONValue {
    /// Members in order: the last of equal keys counts.
    case object([(key: String, value: JSONValue)])
    case array([JSONValue])
    case string(RandomText)
    /// A number or literal, written as it is.
    case plain(String)

    static func text(_ text: String) -> JSONValue {
        .string(RandomText(text.unicodeScalars.map { .scalar($0) }))
    }
}

/// Text that may contain lone surrogates.
struct RandomText {
    enum Piece {
        case scalar(Unicode.Scalar)
        /// A high surrogate that no low one follows.
        case loneSurrogate(UInt16)
    }

    var pieces: [Piece]

    init(_ pieces: [Piece]) {
        self.pieces = pieces
    }

    /// The decoded text: a lone surrogate becomes U+FFFD.
    var shown: ExactText {
        var text = ""
        for piece in pieces {
            switch piece {
            case .scalar(let scalar): text.unicodeScalars.append(scalar)
            case .loneSurrogate: text.unicodeScalars.append("\u{FFFD}")
            }
        }
        return ExactText(text)
    }

    var isVisible: Bool {
        pieces.contains { piece in
            if case .scalar(let scalar) = piece { !scalar.properties.isWhitespace } else { true }
        }
    }
}

/// Writes values with random spacing, escapes and, if it does not matter, order of keys.
struct JSONWriter {
    var random: SeededGenerator
    private(set) var text = ""
    /// How many of a hundred values have white space around them.
    private let looseness: Int

    init(random: SeededGenerator) {
        self.random = random
        looseness = self.random.pick([0, 0, 5, 50])
    }

    mutating func write(_ value: JSONValue) {
        space()
        switch value {
        case .plain(let plain): text += plain
        case .string(let string): write(string)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                write(element)
            }
            space()
            text += "]"
        case .object(let members): write(members)
        }
        space()
    }

    private mutating func write(_ members: [(key: String, value: JSONValue)]) {
        text += "{"
        for (index, member) in shuffled(members).enumerated() {
            if index > 0 { text += "," }
            space()
            write(RandomText(member.key.unicodeScalars.map { .scalar($0) }))
            space()
            text += ":"
            write(member.value)
        }
        space()
        text += "}"
    }

    /// A random order that keeps the order of equal keys.
    private mutating func shuffled(_ members: [(key: String, value: JSONValue)]) -> [(key: String, value: JSONValue)] {
        var byKey = Dictionary(grouping: members) { $0.key }.mapValues { $0[...] }
        return members.map(\.key).shuffled(using: &random).compactMap { byKey[$0]?.popFirst() }
    }

    private mutating func write(_ string: RandomText) {
        let escapes = random.pick([2, 30, 30, 1_000])
        text += "\""
        for piece in string.pieces {
            switch piece {
            case .loneSurrogate(let unit): write(unit: unit)
            case .scalar(let scalar):
                if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || random.once(in: escapes) {
                    writeEscaped(scalar)
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }

    private static let short: [Unicode.Scalar: String] = [
        "\"": "\\\"", "\\": "\\\\", "/": "\\/", "\u{8}": "\\b", "\u{C}": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
    ]

    private mutating func writeEscaped(_ scalar: Unicode.Scalar) {
        if let short = Self.short[scalar], random.once(in: 2) {
            text += short
        } else {
            for unit in String(Character(scalar)).utf16 { write(unit: unit) }
        }
    }

    private mutating func write(unit: UInt16) {
        let digits = String(unit, radix: 16, uppercase: random.once(in: 2))
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    private mutating func space() {
        while random.int(1...100) <= looseness { text += random.pick([" ", "\t", "\r", "  "]) }
    }
}
