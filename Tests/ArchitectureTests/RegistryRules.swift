/// An extension point: a folder with one file per entry, and one file that lists them all.
struct RegistryRule {
    /// What is registered, for messages.
    var what: String
    /// The folder whose files are the entries.
    var folder: String
    /// The file that lists them.
    var registry: String
    /// The text by which the registry must mention an entry, given its file.
    var mention: @Sendable (Project.File) -> String?

    /// The entries that the registry does not mention.
    func complaints(files: [Project.File], registry text: String) -> [String] {
        let code = SwiftText(text).code
        return files.compactMap { file in
            guard let mention = mention(file) else { return "\(file.path): not an entry of \(folder)" }
            let isListed = SwiftText.lines(of: code).contains { Self.holds($0.text, mention) }
            return isListed ? nil : "\(file.path): \(registry) does not mention \(mention)"
        }
    }

    /// Whether the line contains the mention as a whole word.
    private static func holds(_ line: Substring, _ mention: String) -> Bool {
        let isWord: (Character) -> Bool = { $0.isLetter || $0.isNumber || $0 == "_" }
        var rest = line
        while let match = rest.firstRange(of: mention) {
            let isWhole = !(rest[match.upperBound...].first.map(isWord) ?? false)
            let isStart = mention.first == "." || !(rest[..<match.lowerBound].last.map(isWord) ?? false)
            if isWhole, isStart { return true }
            rest = rest[match.upperBound...]
        }
        return false
    }
}

extension RegistryRule {
    static let all: [RegistryRule] = [
        RegistryRule(
            what: "summaries",
            folder: "Sources/BatchAnalytics/Summaries",
            registry: "Sources/BatchAnalytics/SummaryRegistry.swift",
            mention: { "\($0.stem).self" }
        ),
        RegistryRule(
            what: "table formats",
            folder: "Sources/Tables/Formats",
            registry: "Sources/Tables/TableFormat.swift",
            mention: { factory(in: $0.text).map { ".\($0)" } }
        ),
        RegistryRule(
            what: "commands",
            folder: "Sources/BatchCommands/Commands",
            registry: "Sources/BatchCommands/BatchkeepProgram.swift",
            mention: { "\($0.stem).self" }
        ),
    ]

    /// The name of the static factory at the end of a format's file: `static var csv: CSVTable`.
    static func factory(in text: String) -> String? {
        for line in SwiftText(text).codeLines.reversed() {
            let words = SwiftText.words(of: line.text)
            if let keyword = words.firstIndex(of: "static"), words.count > keyword + 2,
                ["var", "let", "func"].contains(words[keyword + 1])
            {
                return words[keyword + 2]
            }
        }
        return nil
    }
}
