import Testing

/// README matches the sources of the program.
///
/// The end-to-end tests run its commands.
struct ReadmeTests {
    private let readme = Project.text(of: "README.md")

    @Test func `the exit statuses are those of the program`() {
        let source = Project.text(of: "Sources/BatchCommands/ExitStatus.swift")
        let statuses = Self.statuses(in: source)
        #expect(statuses.count > 10)
        let listed = SwiftText.lines(of: readme).map(\.text).filter { $0.dropFirst(2).first?.isNumber == true }
        #expect(listed.map(String.init) == statuses.map { "| \($0.number) | \($0.meaning) |" })
    }

    @Test func `every variable the program reads is listed`() {
        let sources = Project.sources.filter { $0.path.hasPrefix("Sources/BatchCommands/") }
            .map(\.source.withoutComments)
        let read = sources.flatMap {
            $0.literals(behind: "variable(") + $0.literals(behind: "environment[") + $0.literals(behind: "key(of: ")
        }
        #expect(read.contains("ANTHROPIC_API_KEY"))
        // README names a lower-case variable together with the upper-case one.
        let missing = Set(read).filter { !readme.contains($0) && !readme.contains($0.uppercased()) }
        #expect(missing == [])
    }

    @Test func `every command has its section`() {
        let headings = SwiftText.lines(of: readme).map(\.text).filter { $0.hasPrefix("### ") }
        for file in Project.files(under: "Sources/BatchCommands/Commands", endingIn: ".swift") {
            let name = SwiftText(file.text).withoutComments.literals(behind: "commandName: ").first ?? ""
            #expect(
                headings.contains { $0.split { " :,".contains($0) }.contains(Substring(name)) },
                "\(file.path): \(name)"
            )
        }
    }

    @Test func `every script in README exists and runs for every change`() {
        let gate = Project.text(of: ".ci/run")
        let scripts = SwiftText.lines(of: readme).map(\.text).filter { $0.hasPrefix("sh ") }
            .map { String($0.dropFirst(3)) }
        #expect(scripts.count == 2)
        for script in scripts {
            #expect(Project.exists(script) && gate.contains("sh \(script)"), "\(script)")
        }
    }

    /// The numbers and meanings in `ExitStatus`, in order.
    private static func statuses(in source: String) -> [(number: Int, meaning: String)] {
        let lines = SwiftText.lines(of: SwiftText(source).withoutComments).map(\.text)
        let numbers = lines.compactMap { line -> (String, Int)? in
            let words = SwiftText.words(of: line)
            guard words.count == 3, words[0] == "case", let number = Int(words[2]) else { return nil }
            return (words[1], number)
        }
        return numbers.map { name, number in
            let line = lines.first { $0.contains("case .\(name): \"") } ?? ""
            return (number, String(line).literals(behind: "case .\(name): ").first ?? "")
        }
    }
}

extension String {
    /// The string literals directly after each mark.
    fileprivate func literals(behind mark: String) -> [String] {
        var found: [String] = []
        var rest = self[...]
        while let match = rest.firstRange(of: "\(mark)\"") {
            rest = rest[match.upperBound...]
            found.append(String(rest.prefix { $0 != "\"" }))
        }
        return found
    }
}
