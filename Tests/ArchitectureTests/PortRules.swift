/// The rule that every declaration in a file with a port is documented.
///
/// It covers types, functions, and the requirements of the port. It does not cover stored properties and the
/// initializers that set them.
enum PortRules {
    /// Whether the file declares a protocol that other targets implement.
    static func declaresPort(_ source: SwiftText) -> Bool {
        source.codeLines.contains { SwiftText.words(of: $0.text).starts(with: ["package", "protocol"]) }
    }

    private static let kinds: Set<String> = ["protocol", "struct", "class", "actor", "enum", "typealias", "func"]
    private static let modifiers: Set<String> = [
        "package", "public", "static", "mutating", "nonmutating", "final", "consuming", "borrowing", "indirect",
        "nonisolated",
    ]

    /// The line numbers of the undocumented declarations of a file with a port.
    static func undocumented(in text: String) -> [Int] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var depth = 0
        var protocolDepth: Int?
        var found: [Int] = []
        for line in SwiftText(text).codeLines {
            let words = SwiftText.words(of: line.text)
            let isRequirement = protocolDepth.map { depth == $0 + 1 } ?? false
            if needsComment(words, isRequirement: isRequirement), !isDocumented(line.number - 1, in: lines) {
                found.append(line.number)
            }
            if words.starts(with: ["package", "protocol"]) { protocolDepth = depth }
            depth += line.text.count { $0 == "{" } - line.text.count { $0 == "}" }
            if let start = protocolDepth, depth <= start { protocolDepth = nil }
        }
        return found
    }

    private static func needsComment(_ words: [String], isRequirement: Bool) -> Bool {
        guard let kind = words.first(where: { !modifiers.contains($0) }) else { return false }
        if isRequirement { return kinds.union(["var", "init", "subscript", "associatedtype"]).contains(kind) }
        return words.contains("package") && kinds.contains(kind)
    }

    private static func isDocumented(_ index: Int, in lines: [Substring]) -> Bool {
        for line in lines[..<index].reversed() {
            let text = line.drop { $0.isWhitespace }
            if text.hasPrefix("@") { continue }
            return text.hasPrefix("///")
        }
        return false
    }
}
