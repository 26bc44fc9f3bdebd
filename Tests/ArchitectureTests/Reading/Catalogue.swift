/// Reads the pages of a documentation catalog.
enum Catalogue {
    /// The pages to which a text links: the names in `<doc:Name>`.
    static func links(in text: String) -> [String] {
        text.components(between: "<doc:", and: ">").map { String($0.prefix { $0 != "#" }) }
    }

    /// The texts in single or double backticks outside of fenced examples.
    static func codeVoices(in text: String) -> [String] {
        var isFenced = false
        return text.split(separator: "\n")
            .flatMap { line -> [String] in
                if line.drop(while: \.isWhitespace).hasPrefix("```") {
                    isFenced.toggle()
                    return []
                }
                return isFenced ? [] : line.replacing("``", with: "`").components(between: "`", and: "`")
            }
    }

    /// The names in a text in backticks: `Type`, `Type.member`, `Type.member(_:label:)`.
    ///
    /// Nil if the text is something else: a command, a path, a field of a file.
    static func symbols(in voice: String) -> [String]? {
        guard voice.first?.isUppercase == true, !voice.contains(" ") else { return nil }
        let names = voice.split(separator: ".").map { $0.prefix { $0 != "(" && $0 != "<" } }
        let isName = names.allSatisfy { name in name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }
        let isWord = names[0].contains { $0.isLowercase }
        return isName && isWord ? names.map(String.init) : nil
    }

    /// The names that a source declares: types, functions, properties, cases.
    static func declarations(in source: SwiftText) -> Set<String> {
        let keywords: Set<String> = [
            "struct", "class", "enum", "actor", "protocol", "typealias", "func", "var", "let", "case", "associatedtype",
        ]
        var names: Set<String> = []
        for line in source.codeLines {
            let words = SwiftText.words(of: line.text)
            for (keyword, name) in zip(words, words.dropFirst()) where keywords.contains(keyword) {
                names.insert(name)
            }
            if words.contains("init") { names.insert("init") }
        }
        return names
    }
}

extension StringProtocol {
    /// The pieces between two marks, in order.
    fileprivate func components(between start: String, and end: String) -> [String] {
        var found: [String] = []
        var rest = self[...]
        while let open = rest.firstRange(of: start), let close = rest[open.upperBound...].firstRange(of: end) {
            found.append(String(rest[open.upperBound..<close.lowerBound]))
            rest = rest[close.upperBound...]
        }
        return found
    }
}
