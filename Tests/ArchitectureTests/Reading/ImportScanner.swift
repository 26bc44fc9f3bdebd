/// Finds the imports of a Swift file.
enum ImportScanner {
    /// An import and its position.
    struct Import: Equatable {
        /// The module; of `import struct A.B` and `import A.B` it is `A`.
        var module: String
        /// The line, from 1.
        var line: Int
    }

    private static let modifiers: Set<String> = [
        "public", "package", "internal", "fileprivate", "private", "testable", "preconcurrency", "_exported",
        "_implementationOnly", "_spi", "_weakLinked",
    ]
    private static let kinds: Set<String> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor",
    ]

    /// The imports of a source in order, including every branch of an `#if`.
    static func imports(of source: SwiftText) -> [Import] {
        source.codeLines
            .flatMap { line in
                line.text.split(separator: ";")
                    .compactMap { statement in
                        module(ofImport: statement).map { Import(module: $0, line: line.number) }
                    }
            }
    }

    /// The module if the statement is an import: only attributes and access levels may precede the keyword.
    private static func module(ofImport statement: Substring) -> String? {
        let words = SwiftText.words(of: statement)
        guard let keyword = words.firstIndex(of: "import") else { return nil }
        let isSPI = words[..<keyword].contains("_spi")
        guard isSPI || words[..<keyword].allSatisfy(modifiers.contains) else { return nil }
        guard let before = statement.firstRange(of: "import")?.lowerBound else { return nil }
        // `.import` is a member, `f(import: 1)` a label.
        let allowed: (Character) -> Bool = { $0.isLetter || $0.isWhitespace || "@_()".contains($0) }
        guard statement[..<before].allSatisfy(allowed), !statement[..<before].hasSuffix("(") else { return nil }
        let names = words[(keyword + 1)...].drop { kinds.contains($0) }
        return names.first.map { $0.filter { $0 != "`" } }
    }
}
