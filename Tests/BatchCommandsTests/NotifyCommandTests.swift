import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

@testable import BatchCommands

/// `--notify-command`: a shell command that gets the document of a run.
struct NotifyCommandTests {
    private static let path = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]

    /// Runs an export of one batch that calls a command; `{folder}` in the command is a folder of the test.
    private func export(
        _ command: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        _ body: (InProcess, Scratch) throws -> Void
    ) async throws {
        try await Scratch.use { scratch in
            try await withSimulator(Scenario.generated(lines: 5)) { server in
                let run = await InProcess.run(
                    ["export", "--json", "--archive", scratch.path("a")] + arguments
                        + ["--notify-command", command.replacing("{folder}", with: scratch.url.path)],
                    at: server.baseURL,
                    environment: Self.path.merging(environment) { $1 }
                )
                try body(run, scratch)
            }
        }
    }

    @Test func `the command gets the document of the run on one line`() async throws {
        try await export("cat > {folder}/n") { run, scratch in
            #expect(run.status == .done, "\(run.notes)")
            let text = try scratch.text("n")
            #expect(text == run.output && text.count { $0 == "\n" } == 1)
        }
    }

    @Test(arguments: [["--since", "soon"], ["--concurrency", "0"], ["--key-file", "/nonexistent"]])
    func `the command runs if the export cannot start`(arguments: [String]) async throws {
        try await export("cat > {folder}/n", arguments) { run, scratch in
            #expect(run.status == .usage)
            let document = jsonObject(Substring(try scratch.text("n")))
            #expect(document?["exit_status"] as? Int == 2)
            #expect((document?["error"] as? String)?.isEmpty == false)
        }
    }

    @Test func `a dry run notifies nobody`() async throws {
        try await export("touch {folder}/n", ["--dry-run"]) { run, scratch in
            #expect(run.status == .done)
            #expect(!FileManager.default.fileExists(atPath: scratch.path("n")))
        }
    }

    @Test func `the command does not get the key, but all other variables`() async throws {
        let environment = ["ANTHROPIC_AUTH_TOKEN": "token-1", "ANTHROPIC_CUSTOM_HEADERS": "x: h-1", "WEBHOOK": "w-1"]
        try await export("env > {folder}/n", environment: environment) { run, scratch in
            #expect(run.status == .done)
            let text = try scratch.text("n")
            #expect(text.contains("WEBHOOK=w-1"))
            for secret in [InProcess.key, "token-1", "h-1"] { #expect(!text.contains(secret)) }
        }
    }

    @Test func `the command of a pipeline file does not get the keys of its sources`() async throws {
        try await Scratch.use { scratch in
            try await withSimulator(Scenario.generated(lines: 5)) { server in
                let text = """
                    notify-command: |
                      cat > \(scratch.path("document"))
                      env > \(scratch.path("variables"))
                    sources: [{name: a, key-variable: KEY_OF_A}]
                    """
                for content in [text, text + "\nsinse: 7d"] {
                    let file = try scratch.write(content, to: "file.yaml")
                    _ = await InProcess.run(
                        ["run", file, "--archive", scratch.path("a")],
                        at: server.baseURL,
                        environment: Self.path.merging(["KEY_OF_A": "secret-a"]) { $1 }
                    )
                    #expect(!(try scratch.text("variables").contains("secret-a")))
                    let document = jsonObject(Substring(try scratch.text("document")))
                    #expect(document?["command"] as? String == "run")
                    #expect((document?["exit_status"] as? Int == 0) == (content == text))
                }
            }
        }
    }

    @Test(arguments: [
        ("exit 7", "the command ended with exit status 7"),
        ("echo one >&2; echo 'no such channel' >&2; exit 1", "the command ended with exit status 1: no such channel"),
        ("not-a-command-of-this-machine", "the command ended with exit status 127: "),
        ("kill -9 $$", "the command ended with signal 9"),
    ])
    func `a command that fails is a warning only`(command: String, sentence: String) async throws {
        try await export(command) { run, _ in
            #expect(run.status == .done)
            #expect(run.notes.contains("warning: --notify-command: \(sentence)"), "\(run.notes)")
            #expect(run.notes.contains("; the run itself is not affected"))
        }
    }

    @Test func `the output of the command is not part of standard output`() async throws {
        try await export("echo text; echo more >&2") { run, _ in
            #expect(run.lines.count == 1 && !run.notes.contains("more"))
        }
    }

    @Test func `a command that does not read its input succeeds too`() async throws {
        try await export("exec true") { run, _ in
            #expect(run.status == .done && !run.notes.contains("warning:"), "\(run.notes)")
        }
    }

    @Test(arguments: ["exec sleep 600", "sleep 600 & exit 0"])
    func `a command that hangs is killed with its processes when its time is up`(command: String) async throws {
        let context = CommandContext(
            environment: Self.path,
            now: { Nights.start },
            write: { _ in },
            writeNote: { _ in },
            clock: QuickClock()
        )
        await #expect(throws: NotifyCommand.Failure(sentence: "the command did not end within 30 seconds")) {
            try await NotifyCommand(command).run(input: [], in: context)
        }
    }

    @Test(arguments: ["", "  ", "\n"])
    func `an empty command is a usage error`(command: String) async throws {
        let run = await InProcess.run(["export", "--notify-command=\(command)"], at: "http://127.0.0.1:9")
        #expect(run.status == .usage)
        #expect(run.notes.contains("error: --notify-command: "), "\(run.notes)")
    }

    @Test func `the history of runs does not contain the arguments of the command`() async throws {
        try await export("curl --data-binary @{folder}/secret-file http://127.0.0.1:9") { run, scratch in
            #expect(run.status == .done)
            let catalog = try Data(contentsOf: URL(filePath: scratch.path("a/catalog.sqlite")))
            #expect(catalog.range(of: Data("secret-file".utf8)) == nil)
        }
    }
}
