import Foundation
import Testing

/// Texts for users are in plain English, with the words that the field uses.
///
/// The tests search all string literals of the sources (help, messages, column titles, the report page), their
/// documentation comments, all files in `pipelines/`, README and all pages of the documentation.
struct LanguageTests {
    @Test func `texts use plain words`() {
        var found: [String] = []
        for (path, text) in Self.texts where !HouseRules.excuses(path, by: Language.exceptions) {
            for rule in Language.rules {
                for match in rule.matches(in: text) {
                    found.append("\(path): '\(match)': write \(rule.better)")
                }
            }
        }
        #expect(found.isEmpty, "\(found.sorted().joined(separator: "\n"))")
    }

    @Test(arguments: [
        "7x is no time.", "The hint tells why.", "made anew", "up to so many lines", "3 batches at risk",
        "Say what would be fetched.", "it goes on there", "results withdrawn before this run", "One row a result",
        "The file is not there.", "in another colour", "The run was cancelled.", "The bytes stay as they are.",
        "Initialise the catalogue.", "a summarised batch",
    ])
    func `the old words are found`(text: String) {
        #expect(Language.rules.contains { !$0.matches(in: text).isEmpty })
    }

    @Test(arguments: [
        "There is no API key.", "It is no longer listed.", "if cost is None", "a proxy in front of the API",
        "--level 20 is out of range",
        "The run continues.", "3 batches expiring", "removed by the API", "as soon as it is joined",
        "canceled, canceling", "an optimistic summary of the catalog", "if: cancelled()",
    ])
    func `plain words are not found`(text: String) {
        #expect(!Language.rules.contains { !$0.matches(in: text).isEmpty })
    }

    @Test func `every exception is still needed`() {
        for exception in Language.exceptions {
            let texts = Self.texts.filter { HouseRules.excuses($0.path, by: [exception]) }.map(\.text)
            #expect(
                Language.rules.contains { rule in texts.contains { !rule.matches(in: $0).isEmpty } },
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

    @Test func `only documentation comments of a source are searched`() {
        let text = Language.comments(in: "/// One text,\n///   as `told`.\nlet a = 1 // behind\n/// Another.\n")
        #expect(text == "One text, as . Another.")
    }

    @Test func `names in backticks on a page are not searched, blocks are`() {
        let text = Language.prose(of: "A `behind` and\n```sh\necho `so many`\n```\nend `told`.\n")
        #expect(!text.contains("behind") && !text.contains("told"))
        #expect(text.contains("so many") && text.contains("end"))
    }

    private static let texts: [(path: String, text: String)] =
        Project.sources.flatMap {
            [($0.path, Language.literals(of: $0.source)), ($0.path, Language.comments(in: $0.file.text))]
        }
        + Project.files(under: "pipelines", endingIn: "").map { ($0.path, $0.text) }
        + pages.map { ($0.path, Language.prose(of: $0.text)) }

    private static let pages =
        [Project.File(path: "README.md", text: Project.text(of: "README.md"))]
        + Project.files(under: "Sources", endingIn: ".md")
}

/// The words that texts avoid, each with better ones.
enum Language {
    struct Rule: Sendable {
        let pattern: NSRegularExpression
        let better: String

        init(pattern: String, better: String) {
            // The patterns are constants, so the first run would find an invalid one.
            self.pattern = try! NSRegularExpression(pattern: pattern)
            self.better = better
        }

        func matches(in text: String) -> [Substring] {
            pattern.matches(in: text, range: NSRange(text.startIndex..., in: text))
                .compactMap { Range($0.range, in: text).map { text[$0] } }
        }
    }

    /// The files that may use these words.
    static let exceptions: [HouseRules.Exception] = [
        HouseRules.Exception(
            path: "Sources/BatchCatalog/Database/CatalogSchema.swift",
            reason: "a migration replaces the former words in catalogs of earlier versions"
        ),
        HouseRules.Exception(
            path: "Sources/BatchPipeline/BatchPipeline.docc/Changes.md",
            reason: "the tables list the former words"
        ),
    ]

    // The first one allows "there is no", and the None of Python.
    static let rules: [Rule] = [
        Rule(
            pattern: #"(?:[^e\s]|[^r]e)\s(?:is|are|was|were) (?:no|none|nothing)\b(?! longer)"#,
            better: "is not a valid …, or invalid"
        ),
        Rule(pattern: #"(?i)\bnames? no\b"#, better: "does not name"),
        Rule(pattern: #"(?i)\b(?:tells?|told)\b"#, better: "show, report, print"),
        Rule(pattern: #"(?i)\bsay (?:what|how|which|whether)\b"#, better: "print, show, list"),
        Rule(pattern: #"(?i)\bas --[a-z-]+ says?\b"#, better: "because of --option"),
        Rule(pattern: #"(?i)\bbehind\b"#, better: "after"),
        Rule(pattern: #"(?i)\bbeside\b"#, better: "with, next to"),
        Rule(pattern: #"(?i)\banew\b"#, better: "again, rebuild"),
        Rule(pattern: #"(?i)\bso many\b"#, better: "up to N"),
        Rule(pattern: #"(?i)\b(?:a|one) (?:line|row|file|record) an? [a-z]+\b"#, better: "one line per file"),
        Rule(pattern: #"(?i)\bstands?\b"#, better: "is, is stored, is recorded"),
        Rule(pattern: #"(?i)\bsettle[sd]?\b"#, better: "finish, final state"),
        Rule(pattern: #"(?i)\bgo(?:es)? on\b"#, better: "continue, resume"),
        Rule(pattern: #"(?i)\bmend(?:s|ed)?\b"#, better: "fix, correct"),
        Rule(pattern: #"(?i)\b(?:whoever|whatever|nobody)\b"#, better: "the name of the thing"),
        Rule(pattern: #"(?i)\bgravest\b"#, better: "most severe"),
        Rule(pattern: #"(?i)\binvoices rule\b"#, better: "If figures differ, trust your invoice."),
        Rule(pattern: #"(?i)\bwithdrawn\b"#, better: "removed"),
        Rule(pattern: #"(?i)\bat[ _]risk\b"#, better: "expiring"),
        Rule(pattern: #"(?i)\bpostponed\b"#, better: "retry scheduled"),
        Rule(pattern: #"(?i)\bpark(?:s|ed)?\b"#, better: "partial"),
        Rule(pattern: #"(?i)\b(?:left|passed)[ _](?:out|over)\b"#, better: "skipped"),
        Rule(pattern: #"(?i)\bnot ended\b"#, better: "pending"),
        Rule(pattern: #"(?i)\balready there\b"#, better: "already archived"),
        Rule(pattern: #"(?i)\bexclude each other\b"#, better: "cannot be used together"),
        Rule(pattern: #"(?i)\ballowed is\b"#, better: "must be"),
        Rule(pattern: #"(?i)\bwrite it (?:as|like)\b"#, better: "use"),
        Rule(pattern: #"(?i)\bsaid to be\b"#, better: "the name of who says it"),
        Rule(pattern: #"(?i)\bany more\b"#, better: "no longer"),
        Rule(pattern: #"(?i)\bcomes? to\b"#, better: "is, contains, results in"),
        Rule(pattern: #"(?i)\bknows? of\b"#, better: "has, contains"),
        Rule(pattern: #"(?i)\bis in the way\b"#, better: "blocks …, is not a …"),
        Rule(pattern: #"(?i)\b(?:is|are) not there\b"#, better: "not found, does not exist"),
        Rule(pattern: #"(?i)\bas (?:they|it) (?:is|are|was|were)(?=[.,;:")]| and\b)"#, better: "unchanged"),
        Rule(pattern: #"(?i)\bmeanwhile\b"#, better: "during the run"),
        Rule(pattern: #"(?i)\bwhat helps\b"#, better: "action, advice"),
        Rule(pattern: #"(?i)\bjudged\b"#, better: "evaluated"),
        Rule(
            pattern: #"(?i)\b(?:colour|behaviour|favour|honour|neighbour|centre|catalogue|licence|grey|whilst)\w*"#,
            better: "American spelling"
        ),
        Rule(
            pattern: #"(?i)\b\w*(?:ial|rgan|ecogn|ormal|ummar|ptim|inim|axim)is(?:e[drs]?|ing|ation)\b"#,
            better: "American spelling: -ize"
        ),
        Rule(
            pattern: #"(?i)\b(?:(?:cancell|labell|modell|travell|diall)(?:ed|ing)|analyse[ds]?)\b(?!\()"#,
            better: "American spelling"
        ),
        Rule(pattern: #"(?i)\bwhat (?:it|they|raw) (?:holds?|has|have)\b"#, better: "the contents"),
    ]

    /// The documentation comments of a source as one line, without the names in backticks.
    static func comments(in text: String) -> String {
        let lines = SwiftText.lines(of: text).map { $0.text.drop { $0 == " " } }
        return withoutCode(lines.filter { $0.hasPrefix("///") }.map { $0.dropFirst(3) })
    }

    /// The text of a page as one line, without the names in backticks outside of fenced blocks.
    static func prose(of page: String) -> String {
        var isFenced = false
        let lines = page.split(separator: "\n")
            .map { line -> String in
                if line.hasPrefix("```") { isFenced.toggle() }
                return isFenced || line.hasPrefix("```") ? String(line.replacing("`", with: "'")) : String(line)
            }
        return withoutCode(lines)
    }

    /// Lines as one, without the texts in single or double backticks.
    private static func withoutCode(_ lines: [some StringProtocol]) -> String {
        let words = lines.flatMap { $0.split(separator: " ") }.joined(separator: " ").replacing("``", with: "`")
        return words.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 0 }.map(\.element).joined()
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
