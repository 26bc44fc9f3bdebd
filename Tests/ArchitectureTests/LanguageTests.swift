import Testing

/// Texts for users are in plain English, with the words that the field uses.
///
/// The tests search all string literals of the sources (help, messages, column titles, the report page) and all files
/// in `pipelines/`.
struct LanguageTests {
    @Test func `texts use plain words`() {
        var found: [String] = []
        for (path, text) in Self.texts where !HouseRules.excuses(path, by: Language.exceptions) {
            for rule in Language.rules {
                for match in text.matches(of: rule.pattern) {
                    found.append("\(path): '\(match.output)': write \(rule.better)")
                }
            }
        }
        #expect(found.isEmpty, "\(found.sorted().joined(separator: "\n"))")
    }

    @Test(arguments: [
        "7x is no time.", "The hint tells why.", "made anew", "up to so many lines", "3 batches at risk",
        "Say what would be fetched.", "it goes on there", "results withdrawn before this run", "One row a result",
        "The file is not there.",
    ])
    func `the old words are found`(text: String) {
        #expect(Language.rules.contains { text.firstMatch(of: $0.pattern) != nil })
    }

    @Test(arguments: [
        "There is no API key.", "It is no longer listed.", "if cost is None", "a proxy in front of the API",
        "--level 20 is out of range",
        "The run continues.", "3 batches expiring", "removed by the API",
    ])
    func `plain words are not found`(text: String) {
        #expect(!Language.rules.contains { text.firstMatch(of: $0.pattern) != nil })
    }

    @Test func `every exception is still needed`() {
        for exception in Language.exceptions {
            let texts = Self.texts.filter { HouseRules.excuses($0.path, by: [exception]) }.map(\.text)
            #expect(
                Language.rules.contains { rule in texts.contains { $0.firstMatch(of: rule.pattern) != nil } },
                "\(exception.path)"
            )
        }
    }

    @Test func `only literals of a source are searched`() {
        let source = SwiftText("let told = 1 // tells\nprint(\"a \\(told) b\", \"is \\\n  no time\")")
        let text = Language.literals(of: source)
        #expect(!text.contains("told") && !text.contains("tells"))
        #expect(text.contains("is no time"))
    }

    private static let texts: [(path: String, text: String)] =
        Project.sources.map { ($0.path, Language.literals(of: $0.source)) }
        + Project.files(under: "pipelines", endingIn: "").map { ($0.path, $0.text) }
}

/// The words that texts avoid, each with better ones.
enum Language {
    struct Rule {
        let pattern: Regex<Substring>
        let better: String
    }

    /// The files that may use these words.
    static let exceptions: [HouseRules.Exception] = [
        HouseRules.Exception(
            path: "Sources/BatchCatalog/Database/CatalogSchema.swift",
            reason: "a migration replaces the former words in catalogs of earlier versions"
        )
    ]

    static var rules: [Rule] {
        // The first one allows "there is no", and the None of Python.
        [
            Rule(
                pattern: /(?:[^e\s]|[^r]e)\s(?:is|are|was|were) (?:no|none|nothing)\b(?! longer)/,
                better: "is not a valid …, or invalid"
            ),
            Rule(pattern: /(?i)\bnames? no\b/, better: "does not name"),
            Rule(pattern: /(?i)\b(?:tells?|told)\b/, better: "show, report, print"),
            Rule(pattern: /(?i)\bsay (?:what|how|which|whether)\b/, better: "print, show, list"),
            Rule(pattern: /(?i)\bas --[a-z-]+ says?\b/, better: "because of --option"),
            Rule(pattern: /(?i)\bbehind\b/, better: "after"),
            Rule(pattern: /(?i)\bbeside\b/, better: "with, next to"),
            Rule(pattern: /(?i)\banew\b/, better: "again, rebuild"),
            Rule(pattern: /(?i)\bso many\b/, better: "up to N"),
            Rule(pattern: /(?i)\b(?:a|one) (?:line|row|file|record) an? [a-z]+\b/, better: "one line per file"),
            Rule(pattern: /(?i)\bstands?\b/, better: "is, is stored, is recorded"),
            Rule(pattern: /(?i)\bsettle[sd]?\b/, better: "finish, final state"),
            Rule(pattern: /(?i)\bgo(?:es)? on\b/, better: "continue, resume"),
            Rule(pattern: /(?i)\bmend(?:s|ed)?\b/, better: "fix, correct"),
            Rule(pattern: /(?i)\b(?:whoever|whatever|nobody)\b/, better: "the name of the thing"),
            Rule(pattern: /(?i)\bgravest\b/, better: "most severe"),
            Rule(pattern: /(?i)\binvoices rule\b/, better: "If figures differ, trust your invoice."),
            Rule(pattern: /(?i)\bwithdrawn\b/, better: "removed"),
            Rule(pattern: /(?i)\bat[ _]risk\b/, better: "expiring"),
            Rule(pattern: /(?i)\bpostponed\b/, better: "retry scheduled"),
            Rule(pattern: /(?i)\bpark(?:s|ed)?\b/, better: "partial"),
            Rule(pattern: /(?i)\b(?:left|passed)[ _](?:out|over)\b/, better: "skipped"),
            Rule(pattern: /(?i)\bnot ended\b/, better: "pending"),
            Rule(pattern: /(?i)\balready there\b/, better: "already archived"),
            Rule(pattern: /(?i)\bexclude each other\b/, better: "cannot be used together"),
            Rule(pattern: /(?i)\ballowed is\b/, better: "must be"),
            Rule(pattern: /(?i)\bwrite it (?:as|like)\b/, better: "use"),
            Rule(pattern: /(?i)\bsaid to be\b/, better: "the name of who says it"),
            Rule(pattern: /(?i)\bany more\b/, better: "no longer"),
            Rule(pattern: /(?i)\bcomes? to\b/, better: "is, contains, results in"),
            Rule(pattern: /(?i)\bknows? of\b/, better: "has, contains"),
            Rule(pattern: /(?i)\bis in the way\b/, better: "blocks …, is not a …"),
            Rule(pattern: /(?i)\b(?:is|are) not there\b/, better: "not found, does not exist"),
            Rule(pattern: /(?i)\bas (?:they|it) (?:is|are|was|were)\b(?! read)/, better: "unchanged"),
            Rule(pattern: /(?i)\bmeanwhile\b/, better: "during the run"),
            Rule(pattern: /(?i)\bwhat helps\b/, better: "action, advice"),
            Rule(pattern: /(?i)\bjudged\b/, better: "evaluated"),
            Rule(pattern: /(?i)\bwhat (?:it|they|raw) (?:holds?|has|have)\b/, better: "the contents"),
        ]
    }

    /// The literals of a source, with their quotes; blanks and line ends in them are single blanks.
    static func literals(of source: SwiftText) -> String {
        let quote = UInt8(ascii: "\"")
        var bytes: [UInt8] = []
        for (byte, code) in zip(source.withoutComments.utf8, source.code.utf8) {
            let isLiteral = byte != code && byte != UInt8(ascii: "\\")
            let visible = isLiteral || byte == quote ? byte : UInt8(ascii: " ")
            if visible != UInt8(ascii: " ") || bytes.last != UInt8(ascii: " ") { bytes.append(visible) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
