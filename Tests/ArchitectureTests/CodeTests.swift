import Testing

struct CodeTests {
    @Test func `unsafe code is only where it is allowed`() {
        #expect(places(of: CodeRules.unsafeLines, outside: HouseRules.unsafeCode) == [])
    }

    @Test func `pure targets do not use clocks, chance, files or the environment`() {
        let pure = Project.sources.filter { HouseRules.target($0.file.target)?.isPure ?? false }
        #expect(Set(pure.map(\.file.target)).isSuperset(of: ["BatchPipeline", "Prices", "Tables"]))
        let found = pure.flatMap { file in CodeRules.impureLines(in: file.source).map { "\(file.path):\($0)" } }
        #expect(found == [])
    }

    @Test func `no text reaches a terminal without being made visible`() {
        #expect(places(of: CodeRules.streamLines, outside: HouseRules.streams) == [])
        #expect(places(of: CodeRules.sequenceLines, outside: HouseRules.sequences) == [])
    }

    /// The lines that a rule finds in files without an exception.
    private func places(of rule: (SwiftText) -> [Int], outside exceptions: [HouseRules.Exception]) -> [String] {
        Project.sources
            .filter { !HouseRules.excuses($0.path, by: exceptions) }
            .flatMap { file in rule(file.source).map { "\(file.path):\($0)" } }
    }

    /// In debug builds, the option parser checks a group again and again for each group around it.
    @Test func `no group of options is in another group`() {
        let groups = Project.sources.filter { $0.path.hasPrefix("Sources/BatchCommands/Options/") }
        #expect(groups.count > 10)
        #expect(groups.filter { $0.source.withoutComments.firstRange(of: "@OptionGroup") != nil }.map(\.path) == [])
    }

    @Test func `a long file has a reason`() {
        let long = Project.texts
            .filter { $0.path.hasSuffix(".swift") && !HouseRules.excuses($0.path, by: HouseRules.longFiles) }
            .map { (path: $0.path, lines: SwiftText.lines(of: $0.text).count - 1) }
            .filter { $0.lines > HouseRules.longestFile }
            .map { "\($0.path): \($0.lines) lines" }
        #expect(long == [])
    }

    @Test func `every exception is still needed`() {
        let rules: [(exceptions: [HouseRules.Exception], lines: (SwiftText) -> [Int])] = [
            (HouseRules.unsafeCode, CodeRules.unsafeLines), (HouseRules.streams, CodeRules.streamLines),
            (HouseRules.sequences, CodeRules.sequenceLines),
        ]
        for rule in rules {
            for exception in rule.exceptions {
                let files = Project.sources.filter { HouseRules.excuses($0.path, by: [exception]) }
                #expect(files.contains { !rule.lines($0.source).isEmpty }, "\(exception.path)")
            }
        }
        for exception in HouseRules.longFiles {
            let lines = SwiftText.lines(of: Project.text(of: exception.path)).count - 1
            #expect(lines > HouseRules.longestFile, "\(exception.path)")
        }
    }

    @Test func `no source has a marker of unfinished work`() {
        let found = Project.texts.flatMap { file in
            CodeRules.unfinishedLines(in: file.text).map { "\(file.path):\($0)" }
        }
        #expect(found == [])
    }

    @Test func `no file has a path of one machine or network`() {
        let found = Project.texts.flatMap { file in
            CodeRules.localLines(in: file.text).map { "\(file.path):\($0)" }
        }
        #expect(found == [])
    }

    @Test func `unsafe is found in code only`() {
        #expect(CodeRules.unsafeLines(in: SwiftText("let a = unsafe f()")) == [1])
        #expect(CodeRules.unsafeLines(in: SwiftText("\n@unsafe\nfunc f()")) == [2])
        #expect(CodeRules.unsafeLines(in: SwiftText("struct S: @unchecked Sendable {}")) == [1])
        #expect(CodeRules.unsafeLines(in: SwiftText("@safe struct S {}")) == [1])
        #expect(CodeRules.unsafeLines(in: SwiftText("nonisolated(unsafe) var a = 1")) == [1])
        #expect(CodeRules.unsafeLines(in: SwiftText("// unsafe\nlet safe = \"unsafe\"\ncase unsafeID")) == [])
    }

    @Test(arguments: [
        "print(text)", "let a = b; print (text); print(text)", "FileHandle.standardError.write(data)",
        "fputs(a, stdout)",
        "Logger(label: a) { StreamLogHandler.standardError(label: $0) }", "debugPrint(text)", "Swift.dump(text)",
    ])
    func `a write to a standard stream is found`(code: String) {
        #expect(CodeRules.streamLines(in: SwiftText("\n" + code)) == [2])
    }

    @Test func `a print of our own and a literal are not writes to a standard stream`() {
        let code = "context.print(text)\nfunc print(_ text: String)\nlet a = \"print(b)\" // print(c)\nblueprint(d)"
        #expect(CodeRules.streamLines(in: SwiftText(code)) == [])
        #expect(CodeRules.sequenceLines(in: SwiftText("let a = \"\\u{1B}[2J\" // b")) == [1])
        #expect(CodeRules.sequenceLines(in: SwiftText("let a = 1 // \\u{1B}")) == [])
    }

    @Test func `a call to the system is found`() {
        #expect(CodeRules.impureLines(in: SwiftText("let now = ContinuousClock.now")) == [1])
        #expect(CodeRules.impureLines(in: SwiftText("try await Task.sleep(for: pause)")) == [1])
        #expect(CodeRules.impureLines(in: SwiftText("let dice = Int.random(in: 1...6)")) == [1])
        #expect(
            CodeRules.impureLines(in: SwiftText("// random()\nlet fingerprint = time + random\nfunc printed() {}"))
                == []
        )
    }

    @Test func `an unfinished line is found`() {
        #expect(CodeRules.unfinishedLines(in: "a\n// " + "TO" + "DO: b") == [2])
        #expect(CodeRules.unfinishedLines(in: "fatalError(\"Not" + "Implemented\")") == [1])
        #expect(CodeRules.unfinishedLines(in: "let mastodon = 1\nfatalError(\"the row vanished\")") == [])
    }

    @Test(arguments: ["/root", "/work", "/home"])
    func `a path of one machine is found`(folder: String) {
        #expect(CodeRules.localLines(in: "cd \(folder)/me") == [1])
        #expect(CodeRules.localLines(in: "\n\"\(folder)/me\"") == [2])
        #expect(CodeRules.localLines(in: "https://example.com\(folder)/me and ./a\(folder)/b, $ROOT\(folder)s") == [])
    }
}
