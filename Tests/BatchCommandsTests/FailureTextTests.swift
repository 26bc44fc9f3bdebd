import BatchArchive
import BatchCatalog
import MessageBatches
import Testing

@testable import BatchCommands

/// The shape of error messages, and hints that are commands.
struct FailureTextTests {
    private func context(_ arguments: [String], _ written: CapturedBytes = CapturedBytes()) -> CommandContext {
        var context = CommandContext(
            environment: [:],
            now: { Timestamp(seconds: 0) },
            write: { _ in },
            writeNote: written.append
        )
        context.arguments = arguments
        return context
    }

    @Test(arguments: [
        ([], ""), (["--archive", "my results"], " --archive 'my results'"), (["--archive=/a"], " --archive /a"),
        (["-a", "b"], " --archive b"), (["--archive", "a", "--archive", "b"], " --archive b"),
        (["--", "--archive", "a"], ""), (["--archive"], ""),
    ])
    func `a command in a hint names the archive of the caller`(arguments: [String], option: String) {
        CommandContext.$current.withValue(context(["show", "x"] + arguments)) {
            let hint = FailureText(CommandFailure.unknownRequest("x", isComplete: true, isDamaged: false)).advice
            #expect(hint == "list some: batchkeep select --columns custom_id --limit 10\(option)")
        }
    }

    @Test func `the archive of a damaged catalog is that of its file`() {
        let text = FailureText(CatalogFailure.damaged(path: "/a b/catalog.sqlite", detail: "malformed"))
        #expect(text.sentence == "catalog '/a b/catalog.sqlite': damaged: malformed")
        #expect(text.advice?.hasSuffix("batchkeep catalog rebuild --archive '/a b'") == true)
    }

    @Test func `an error is one line and its hint another`() {
        let written = CapturedBytes()
        FailureText(CommandFailure.badTime(option: "--since", value: "7x\nerror: forged"))
            .print(in: context([], written))
        let lines = written.text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0] == "error: --since: invalid time '7x␊error: forged'" && lines[1].hasPrefix("hint: use "))
    }

    @Test func `several problems of a file are several errors with one hint`() {
        let written = CapturedBytes()
        let problems = [
            PipelineProblem(reason: .unknownKey("sinse", nearest: "since"), place: .init(line: 2, column: 1)),
            PipelineProblem(reason: .repeatedKey("until"), place: .start),
        ]
        FailureText(PipelineFileFailure(path: "p.yaml", problems: problems)).print(in: context([], written))
        #expect(
            written.text == """
                error: p.yaml:1:1: 'until' is repeated
                error: p.yaml:2:1: unknown key 'sinse'; did you mean 'since'?
                hint: the keys are the options of export: batchkeep export --help

                """
        )
    }

    @Test func `the kind of a message stays in front of the name of its source`() {
        let written = CapturedBytes()
        let source = context([], written).naming("research")
        source.report(.warning, "the listing is not newest first", hint: "none")
        source.note("Exporting all batches.")
        source.note("")
        #expect(
            written.text == """
                warning: research: the listing is not newest first
                hint: research: none
                research: Exporting all batches.

                """
        )
    }
}
