/// Rules about the content of a file, as functions from text to errors.
enum CodeRules {
    private static let unsafeMarks: Set<String> = ["unsafe", "safe", "unchecked"]

    /// The lines of a Swift file that use unsafe memory or unchecked concurrency.
    ///
    /// With strict memory safety, every use of an unsafe interface has the word `unsafe`. `@safe` and `@unchecked`
    /// promise what the compiler cannot check.
    static func unsafeLines(in source: SwiftText) -> [Int] {
        source.codeLines
            .filter { line in
                let words = SwiftText.words(of: line.text)
                return words.indices.contains { index in
                    guard unsafeMarks.contains(words[index]) else { return false }
                    return words[index] == "unsafe" || line.text.contains("@\(words[index])")
                }
            }
            .map(\.number)
    }

    private static let impureTypes: Set<String> = [
        "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator", "CommandLine",
    ]
    private static let impureCalls: Set<String> = [
        "sleep", "random", "randomElement", "shuffled", "shuffle", "getenv", "print", "debugPrint", "fopen",
    ]

    /// The lines that read the clock, random numbers or the environment, or print directly.
    static func impureLines(in source: SwiftText) -> [Int] {
        let lines = source.codeLines.filter { line in
            let words = Set(SwiftText.words(of: line.text))
            return !words.isDisjoint(with: impureTypes)
                || words.intersection(impureCalls).contains { line.text.firstRange(of: "\($0)(") != nil }
        }
        return lines.map(\.number)
    }

    private static let streams: Set<String> = [
        "standardOutput", "standardError", "stdout", "stderr", "STDOUT_FILENO", "STDERR_FILENO", "fputs", "puts",
        "putchar", "fwrite", "perror", "NSLog", "debugPrint", "dump", "StreamLogHandler", "LoggingSystem",
    ]

    /// The lines that write to a standard stream or to the system's log, or name a stream.
    static func streamLines(in source: SwiftText) -> [Int] {
        source.codeLines
            .filter { line in
                if !streams.isDisjoint(with: SwiftText.words(of: line.text)) { return true }
                // The print of a context is `.print(` or `func print(`.
                return line.text.ranges(of: "print(")
                    .contains { call in
                        let before = line.text[..<call.lowerBound]
                        return !before.hasSuffix(".") && !before.hasSuffix("func ")
                            && before.last.map { !$0.isLetter && !$0.isNumber } ?? true
                    }
            }
            .map(\.number)
    }

    /// The lines with a control sequence for a terminal in a literal.
    static func sequenceLines(in source: SwiftText) -> [Int] {
        SwiftText.lines(of: source.withoutComments)
            .filter { line in
                ["\\u{1B}", "\\u{1b}", "\\u{9B}", "\\u{9b}", "\\e["].contains(where: line.text.contains)
            }
            .map(\.number)
    }

    // Concatenated, so that this file does not contain the forbidden words.
    private static let unfinished = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]
    private static let stubs = ["not", "un", "not yet "].map { "fatalError(\"\($0)" + "implemented" }

    /// The lines with words that mark unfinished work.
    static func unfinishedLines(in text: String) -> [Int] {
        SwiftText.lines(of: text)
            .filter { line in
                SwiftText.words(of: line.text).contains(where: unfinished.contains)
                    || stubs.contains { line.text.lowercased().contains($0.lowercased()) }
            }
            .map(\.number)
    }

    private static let privateFolders = ["home", "root", "Users", "work", "opt"].map { "/\($0)/" }
    private static let packageServers = [
        "pypi" + ".org", "pythonhosted" + ".org", "deb.debian" + ".org", "archive.ubuntu" + ".com", "npmjs" + ".org",
    ]

    /// The lines that work on one machine or network only: private folders, servers of package registries.
    static func localLines(in text: String) -> [Int] {
        SwiftText.lines(of: text)
            .filter { line in
                packageServers.contains(where: line.text.contains)
                    || privateFolders.contains { startsPath($0, in: line.text) }
            }
            .map(\.number)
    }

    /// Whether the line has the folder as an absolute path, not inside a longer path or a URL.
    private static func startsPath(_ folder: String, in line: Substring) -> Bool {
        var rest = line
        while let match = rest.firstRange(of: folder) {
            let before = rest[..<match.lowerBound].last
            if before.map({ !$0.isLetter && !$0.isNumber && !"/._-~}):*".contains($0) }) ?? true { return true }
            rest = rest[match.upperBound...]
        }
        return false
    }
}
