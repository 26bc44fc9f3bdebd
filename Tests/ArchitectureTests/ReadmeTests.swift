import Foundation
import Testing

/// README and the pages for users match the sources of the program.
///
/// The end-to-end tests run their commands and compare the command reference.
struct ReadmeTests {
    private let readme = Project.text(of: "README.md")

    private func page(_ name: String) -> String {
        Project.text(of: "Sources/BatchPipeline/BatchPipeline.docc/\(name).md")
    }

    @Test func `README is at most 200 lines long`() {
        #expect(SwiftText.lines(of: readme).count - 1 <= 200)
    }

    @Test func `README links to every page for users, and all linked files exist`() {
        let links = readme.components(separatedBy: "](").dropFirst().map { String($0.prefix { !")#".contains($0) }) }
            .filter { !$0.hasPrefix("https:") }
        #expect(links.filter { !Project.exists($0) } == [])
        let folder = "Sources/BatchPipeline/BatchPipeline.docc/"
        let pages = Project.files(under: String(folder.dropLast()), endingIn: ".md").map(\.path)
            .filter { !$0.dropFirst(folder.count).contains("/") && !$0.hasSuffix("/BatchPipeline.md") }
        #expect(pages.count > 15)
        #expect(pages.filter { !links.contains($0) } == [])
    }

    @Test func `the exit statuses are those of the program`() {
        let source = Project.text(of: "Sources/BatchCommands/ExitStatus.swift")
        let statuses = Self.statuses(in: source)
        #expect(statuses.count > 10)
        let overview = SwiftText.lines(of: page("ExitStatuses")).map(\.text).prefix { $0 != "## What to do" }
        let listed = overview.filter { $0.dropFirst(2).first?.isNumber == true }
        #expect(listed.map(String.init) == statuses.map { "| \($0.number) | \($0.meaning) |" })
    }

    @Test func `every variable the program reads is listed`() {
        let sources = Project.sources.filter { $0.path.hasPrefix("Sources/BatchCommands/") }
            .map(\.source.withoutComments)
        let read = sources.flatMap {
            $0.literals(behind: "variable(") + $0.literals(behind: "environment[") + $0.literals(behind: "key(of: ")
        }
        #expect(read.contains("ANTHROPIC_API_KEY"))
        // The page names a lower-case variable together with the upper-case one.
        let page = page("Environment")
        let missing = Set(read).filter { !page.contains($0) && !page.contains($0.uppercased()) }
        #expect(missing == [])
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
