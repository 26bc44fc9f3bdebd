import TestSupport
import Testing

@testable import BatchCommands

/// The scripts that `completions` prints.
struct CompletionsCommandTests {
    @Test(arguments: CompletionsCommand.Shell.allCases)
    func `the script is valid for its shell`(shell: CompletionsCommand.Shell) async throws {
        let run = await InProcess.run(["completions", shell.rawValue], at: "http://127.0.0.1:9")
        #expect(run.status == .done && run.notes.isEmpty)
        guard let path = Tool.path(shell.rawValue) else { return }
        try await Scratch.use { scratch in
            let (status, output) = try Tool.run(path, ["-n", scratch.write(run.output, to: "script")])
            #expect(status == 0, "\(output)")
        }
    }

    @Test(arguments: CompletionsCommand.Shell.allCases)
    func `the script completes every command and its options`(shell: CompletionsCommand.Shell) async throws {
        let script = await InProcess.run(["completions", shell.rawValue], at: "http://127.0.0.1:9").output
        for command in try await CommandTree.ofProgram().commands {
            for word in command.words { #expect(script.contains(word), "\(word)") }
            for option in command.options where !option.longName.isEmpty {
                #expect(script.contains(option.longName), "\(option.longName)")
            }
        }
    }

    @Test func `paths are completed with files and folders, names with their values`() async throws {
        let options = try await CommandTree.ofProgram().commands.flatMap(\.options)
        let kinds = options.reduce(into: [String: Set<String>]()) { kinds, option in
            if !option.longName.isEmpty, let kind = option.completion {
                kinds[option.longName, default: []].insert(kind)
            }
        }
        #expect(kinds.count >= 20)
        for name in ["archive", "out", "samples"] { #expect(kinds[name] == ["directory"], "\(name)") }
        for name in ["key-file", "ca-file", "prices", "join", "metrics-file", "html", "report"] {
            #expect(kinds[name] == ["file"], "\(name)")
        }
        for name in ["codec", "join-type", "log-format", "form", "order", "format"] {
            #expect(kinds[name] == ["list"], "\(name)")
        }
    }

    @Test func `an unknown shell is a usage error that names the known ones`() async {
        let run = await InProcess.run(["completions", "tcsh"], at: "http://127.0.0.1:9")
        #expect(run.status == .usage && run.output.isEmpty)
        for shell in CompletionsCommand.Shell.allCases { #expect(run.notes.contains(shell.rawValue)) }
    }
}
