import Foundation
import Testing

/// Standard output that cannot be written is an error of every command, and never damages a file.
struct StandardOutputTests {
    /// One command line for each command that writes to standard output.
    private static let commands = [
        "export --json", "run pipeline.yaml --json", "run --check pipeline.yaml", "list",
        "list --format csv",
        "summarize", "errors --format table", "compare yesterday today", "report --html -", "prices", "select",
        "show \"$(batchkeep select --columns custom_id --format tsv | tail -n 1)\"",
        "query 'select 1 as a'", "query --schema", "retry --dry-run", "status", "status --format json", "verify",
        "verify --format json", "export --help", "--version",
    ]

    /// Runs a shell command in the folder of an archive with three batches.
    private func withArchive(_ body: ((String) async throws -> Program.FinishedRun) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try Data("since: 30d\narchive: archive\n".utf8).write(to: folder.url.appending(path: "pipeline.yaml"))
            try await Simulation.run(["--generate", "20", "--batches", "3"]) { simulation in
                func shell(_ command: String) async throws -> Program.FinishedRun {
                    try await Program.shell(command, in: folder, environment: simulation.environment)
                }
                let export = try await shell("batchkeep export --quiet")
                #expect(export.status == 0, "\(export.notes)")
                try await body(shell)
                let verified = try await shell("batchkeep verify --full")
                #expect(verified.status == 0, "\(verified.output)")
            }
        }
    }

    @Test(arguments: [("/dev/full", "no space left on device"), ("&-", "it is closed")])
    func `output that cannot be written ends every command with status 1 and one sentence`(
        target: String,
        reason: String
    ) async throws {
        try await withArchive { shell in
            for command in Self.commands {
                let whole = try await shell("batchkeep \(command)")
                #expect(!whole.output.isEmpty, "\(command): \(whole.notes)")
                let run = try await shell("batchkeep \(command) >\(target)")
                let sentences = run.notes.split(separator: "\n").filter { $0.hasPrefix("error: ") }
                let sentence = "error: cannot write standard output: \(reason)"
                #expect(sentences == [Substring(sentence)], "\(command): \(run.notes)")
                #expect(run.status == 1, "\(command): \(run.notes)")
                #expect(!run.notes.contains("NSError") && !run.notes.contains("Domain"), "\(command): \(run.notes)")
            }
        }
    }

    @Test func `receipts that cannot be written end a fetch`() async throws {
        try await withArchive { shell in
            let run = try await shell("batchkeep list | batchkeep fetch --archive other > /dev/full")
            #expect(run.status == 1)
            #expect(run.notes.contains("cannot write standard output: no space left on device"), "\(run.notes)")
        }
    }

    @Test func `a more severe status of the work wins`() async throws {
        try await withArchive { shell in
            let run = try await shell("batchkeep export --since never --json > /dev/full")
            #expect(run.status == 2)
            #expect(run.notes.contains("--since: invalid time 'never'"), "\(run.notes)")
            #expect(run.notes.contains("cannot write standard output"), "\(run.notes)")
        }
    }

    @Test(arguments: ["select --format ndjson", "prices --format csv", "list", "verify", "--help"])
    func `a reader that stops early is not an error`(command: String) async throws {
        try await withArchive { shell in
            let run = try await shell("{ batchkeep \(command); echo status $? >&2; } | head -n 1")
            #expect(run.lines.count == 1)
            #expect(run.notes.split(separator: "\n").last == "status 0", "\(run.notes)")
            #expect(!run.notes.contains("cannot write"), "\(run.notes)")
        }
    }

    @Test func `a pipe that nobody read is an error`() async throws {
        try await withArchive { shell in
            // The reader has ended before the command starts.
            let pipe =
                "{ read -r _ < gate; batchkeep export --json; echo status $? >&2; } | { exec <&-; echo > gate; }"
            let run = try await shell("mkfifo gate; \(pipe)")
            #expect(run.notes.hasSuffix("status 1\n"), "\(run.notes)")
            #expect(run.notes.contains("cannot write standard output: broken pipe"), "\(run.notes)")
        }
    }

    @Test func `a closed standard input or error output does not damage the archive`() async throws {
        try await withArchive { shell in
            let closed = try await shell("batchkeep export --full-list >&- 2>&- <&-")
            #expect(closed.status == 0)
            let withoutInput = try await shell("batchkeep fetch <&-")
            #expect(withoutInput.status == 1)
        }
    }
}
