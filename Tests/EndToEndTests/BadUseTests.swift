import Foundation
import Testing

/// For invalid use: one clear sentence on standard error, the right status, no partial files.
struct BadUseTests {
    @Test(arguments: [
        (["export", "--unknown"], "Unknown option '--unknown'"),
        (["export", "--since", "2024-02-30"], "--since 2024-02-30 is no time."),
        (["export", "--since", "2024-08-02", "--until", "2024-08-01"], "The window is empty"),
        (["export", "--status", "canceling"], "Only ended batches have results to export."),
        (["export", "--status", "done"], "--status done is no status."),
        (["export", "--concurrency", "0"], "--concurrency 0 is out of range."),
        (["export", "--page-size", "1001"], "--page-size 1001 is out of range."),
        (["export", "--level", "99"], "--level 99 is out of range"),
        (["export", "--codec", "brotli"], "brotli"),
        (["export", "--base-url", "ftp://example.invalid"], "The base URL ftp://example.invalid cannot be used"),
        (["list", "--after-id", "a", "--before-id", "b"], "--after-id and --before-id exclude each other."),
        (["list", "--limit", "0"], "--limit 0 is out of range."),
        (["simulate", "--samples", "/nonexistent"], "/nonexistent"),
        (["simulate", "--generate", "0"], "--generate 0 is out of range."),
        (["nonsense"], "nonsense"), (["export", "--output", "json"], "Unknown option '--output'"),
    ])
    func `an invalid command line is rejected with status 2`(arguments: [String], sentence: String) async throws {
        try await withTemporaryFolder { folder in
            let run = try await Program.run(arguments, environment: ["ANTHROPIC_API_KEY": "k"], in: folder.url)
            #expect(run.status == 2, "\(run.notes)")
            #expect(run.output.isEmpty)
            #expect(run.notes.contains(sentence), "\(run.notes)")
            #expect(try folder.files().allSatisfy { $0 == "archive/.lock" })
        }
    }

    @Test(arguments: [
        (["show", "-dash"], "batchkeep show -- -dash"),
        (["show", "--dash", "--raw"], "batchkeep show --raw -- --dash"),
        (["show", "--raw", "-1 h"], "batchkeep show --raw -- '-1 h'"), (["query", "-h1"], "batchkeep query -- -h1"),
        (["select", "--where", "-a=b"], "batchkeep select --where=-a=b"),
        (["select", "--where", "-b=a", "-j"], "batchkeep select --where=-b=a -j"),
        (["show", "-jx"], "batchkeep show -- -jx"),
    ])
    func `a value that begins with a dash is not read as a request for help`(
        arguments: [String],
        hint: String
    ) async throws {
        let run = try await Program.run(arguments)
        #expect(run.status == 2 && run.output.isEmpty)
        #expect(run.notes.hasPrefix("Error: ") && run.notes.contains("\nhint: "), "\(run.notes)")
        #expect(run.notes.hasSuffix(": \(hint)\n"), "\(run.notes)")
        let help = try await Program.run([arguments[0], "-h"])
        #expect(help.status == 0 && help.output.contains("Usage: batchkeep \(arguments[0])"))
    }

    @Test func `without a key the message says where to put one`() async throws {
        let run = try await Program.run(["export"])
        #expect(run.status == 2)
        #expect(run.notes.contains("There is no API key."))
        #expect(run.notes.contains("ANTHROPIC_API_KEY"))
    }

    @Test func `an archive path that is a file is rejected`() async throws {
        try await withTemporaryFolder { folder in
            try Data().write(to: folder.url.appending(path: "taken"))
            let run = try await Program.run(
                ["export", "--archive", "taken"],
                environment: ["ANTHROPIC_API_KEY": "k"],
                in: folder.url
            )
            #expect(run.status == 2, "\(run.notes)")
            #expect(run.notes.contains("is a file, not a folder"))
        }
    }

    @Test func `an unreachable server is reported with advice`() async throws {
        try await withTemporaryFolder { folder in
            let run = try await Program.run(
                ["list", "--base-url", "http://127.0.0.1:9"],
                environment: ["ANTHROPIC_API_KEY": "very-secret-key"],
                in: folder.url
            )
            #expect(run.status == 1)
            #expect(run.notes.contains("the connection was refused"), "\(run.notes)")
            #expect(run.notes.contains("ANTHROPIC_BASE_URL"))
            #expect(!run.notes.contains("very-secret-key"))
        }
    }

    @Test func `help and version go to standard output with status 0`() async throws {
        for arguments in [["--help"], ["export", "--help"], ["--version"]] {
            let run = try await Program.run(arguments)
            #expect(run.status == 0)
            #expect(!run.output.isEmpty)
            #expect(run.notes.isEmpty)
        }
    }

    @Test func `a key file works, and its content is never printed`() async throws {
        try await withTemporaryFolder { folder in
            try Data("key-from-a-file\n".utf8).write(to: folder.url.appending(path: "key"))
            try await Simulation.ofSamples { simulation in
                let run = try await Program.run(
                    ["list", "--limit", "1", "--key-file", "key", "--base-url", simulation.baseURL],
                    in: folder.url
                )
                #expect(run.status == 0, "\(run.notes)")
                #expect(run.lines.count == 1)
            }
            let missing = try await Program.run(["list", "--key-file", "absent"], in: folder.url)
            #expect(missing.status == 2)
            #expect(missing.notes.contains("The key file absent cannot be read or is empty."))
        }
    }
}
