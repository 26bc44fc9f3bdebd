import Tables

/// The tags of a page as a browser's tokenizer reads them (HTML standard, section 13.2.5).
struct HTMLTags {
    /// A start tag or an end tag.
    struct Tag: Equatable {
        var name: String
        var attributes: [(name: String, value: String)]
        var isEnd: Bool
        /// The text up to the next tag, with character references.
        var textAfter = ""

        subscript(attribute: String) -> String? {
            attributes.first { $0.name == attribute }?.value
        }

        static func == (left: Tag, right: Tag) -> Bool {
            left.name == right.name && left.isEnd == right.isEnd
                && left.attributes.elementsEqual(right.attributes) { $0 == $1 }
        }
    }

    private(set) var tags: [Tag] = []
    private let bytes: [UInt8]
    private var place = 0

    /// All characters with a meaning for the tokenizer are ASCII, so it reads bytes.
    init(_ html: String) {
        bytes = Array(html.utf8)
        while place < bytes.count {
            let text = take { $0 != UInt8(ascii: "<") }
            if let last = tags.indices.last { tags[last].textAfter += text }
            guard place < bytes.count else { break }
            place += 1
            readTag()
        }
    }

    private var byte: UInt8? {
        place < bytes.count ? bytes[place] : nil
    }

    private mutating func take(while condition: (UInt8) -> Bool) -> String {
        let start = place
        while place < bytes.count, condition(bytes[place]) { place += 1 }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private mutating func readTag() {
        let isEnd = byte == UInt8(ascii: "/")
        if isEnd { place += 1 }
        let name = take { !Self.isBlank($0) && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/") }
        var attributes: [(String, String)] = []
        while let byte, byte != UInt8(ascii: ">") {
            if Self.isBlank(byte) || byte == UInt8(ascii: "/") {
                place += 1
            } else {
                attributes.append(readAttribute())
            }
        }
        place += 1
        tags.append(Tag(name: name, attributes: attributes, isEnd: isEnd))
        if !isEnd, name == "style" || name == "script" { consumeRawText(of: name) }
    }

    private mutating func readAttribute() -> (String, String) {
        let first = place
        let name = take {
            !Self.isBlank($0) && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/")
        }
        if place == first { place += 1 }
        guard byte == UInt8(ascii: "=") else { return (name, "") }
        place += 1
        guard let quote = byte, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            return (name, take { !Self.isBlank($0) && $0 != UInt8(ascii: ">") })
        }
        place += 1
        let value = take { $0 != quote }
        place += 1
        return (name, value)
    }

    /// Consumes the text of a style or script, up to its end tag.
    private mutating func consumeRawText(of name: String) {
        let end = Array("</\(name)".utf8)
        let start = place
        while place < bytes.count, !bytes[place...].starts(with: end) { place += 1 }
        tags[tags.count - 1].textAfter = String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
    }
}

extension HTMLTags {
    private static let childless: Set = ["meta", "link", "input", "!DOCTYPE", "rect", "line"]

    /// One line per element, indented, with the attributes of its role; nil if tags are not nested properly.
    ///
    /// Equal neighbors are written once, with their number.
    var outline: String? {
        var open: [(name: String, line: String, children: [[String]])] = [("", "", [])]
        for tag in tags where !(tag.isEnd && Self.childless.contains(tag.name)) {
            if tag.isEnd {
                guard open.count > 1, let element = open.popLast(), element.name == tag.name else { return nil }
                open[open.count - 1].children.append([element.line] + Self.joined(element.children))
            } else if Self.childless.contains(tag.name) {
                open[open.count - 1].children.append([tag.role])
            } else {
                open.append((tag.name, tag.role, []))
            }
        }
        guard open.count == 1 else { return nil }
        return Self.joined(open[0].children).map { $0.dropFirst(2) + "\n" }.joined()
    }

    /// The indented lines of all children; equal neighbors are written once.
    private static func joined(_ children: [[String]]) -> [String] {
        var runs: [(lines: [String], count: Int)] = []
        for lines in children {
            if let last = runs.indices.last, runs[last].lines == lines {
                runs[last].count += 1
            } else {
                runs.append((lines, 1))
            }
        }
        return runs.flatMap { run in
            var lines = run.lines
            if run.count > 1 { lines[0] += " ×\(run.count)" }
            return lines.map { "  " + $0 }
        }
    }
}

extension HTMLTags.Tag {
    /// The name and the attributes of its role.
    fileprivate var role: String {
        let names = ["id", "class", "role", "scope", "type", "aria-labelledby", "for"]
        return ([name] + names.compactMap { name in self[name].map { "\(name)=\($0)" } }).joined(separator: " ")
    }
}
