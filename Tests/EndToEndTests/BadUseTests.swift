import Foundation
import Testing

/// For invalid use: one clear sentence on standard error, the right status, no partial files.
struct BadUseTests {
    @Test(arguments: [
        (["export", "--unknown"], "error: unknown option: '--unknown'"),
        (["export", "--since", "2024-02-30"], "error: --since: invalid time '2024-02-30'"),
        (["export", "--since", "2024-08-02", "--until", "2024-08-01"], "error: empty time window: "),
        (["export", "--status", "canceling"], "error: --status: only ended batches have results to export"),
        (["export", "--status", "done"], "error: --status: invalid value 'done': must be one of in_progress"),
        (["export", "--concurrency", "0"], "error: --concurrency: invalid value '0': must be auto or 1 to 64"),
        (["export", "--page-size", "1001"], "error: --page-size: invalid value '1001'"),
        (["export", "--level", "99"], "error: --level: invalid value '99'"),
        (["export", "--codec", "brotli"], "error: --codec: invalid value 'brotli': must be one of auto, "),
        (
            ["export", "--base-url", "ftp://example.invalid"],
            "error: --base-url: invalid URL 'ftp://example.invalid': "
        ),
        (["list", "--after-id", "a", "--before-id", "b"], "error: --after-id, --before-id: cannot be used together"),
        (["list", "--limit", "0"], "error: --limit: invalid value '0'"),
        (["simulate", "--samples", "/nonexistent"], "/nonexistent"),
        (["simulate", "--generate", "0"], "error: --generate: invalid value '0'"),
        (
            ["simulate", "--path-prefix", "proxy"],
            "error: --path-prefix: invalid value 'proxy': must be a path such as "
        ),
        (["simulate", "--path-prefix", "//host"], "error: --path-prefix: invalid value '//host': must be "),
        (["simulate", "--page-limit", "0"], "error: --page-limit: invalid value '0': must be 1 to 1000"),
        (
            ["simulate", "--generate", "1", "--remove-results", "b"],
            "error: --remove-results: invalid value 'b': must be the ID of a batch that is served"
        ),
        (["nonsense"], "error: unknown command: 'nonsense'"),
        (["exprot"], "error: unknown command: 'exprot'\nhint: did you mean 'export'?\n"),
        (["exprot", "--since", "7d"], "error: unknown command: 'exprot'"),
        (["help", "foo"], "error: unknown command: 'foo'\nhint: batchkeep --help\n"),
        (["help", "catalog", "rebiuld"], "error: unknown command: 'rebiuld'\nhint: did you mean 'rebuild'?\n"),
        (["catalog", "rebiuld"], "error: unknown command: 'rebiuld'\nhint: did you mean 'rebuild'?\n"),
        (["--archive", "a", "export"], "hint: options of a command follow its name: batchkeep export --archive a\n"),
        (["list", "--limt", "3"], "error: unknown option: '--limt'\nhint: did you mean '--limit'?\n"),
        (["list", "--since"], "error: --since: missing value: expected <time>\nhint: batchkeep list --help\n"),
        (["list", "x", "y"], "error: unexpected arguments: 'x', 'y'\nhint: batchkeep list --help\n"),
        (["list", "--limit", "abc"], "error: --limit: invalid value 'abc': must be a whole number\n"),
        (["list", "--color", "some"], "error: --color: invalid value 'some': must be one of auto, always, never\n"),
        (["list", "--color"], "error: --color: missing value: expected one of auto, always, never\n"),
        (["show"], "error: missing argument: <custom_id>\nhint: batchkeep show --help\n"),
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
        #expect(run.notes.hasPrefix("error: unknown option: ") && run.notes.contains("\nhint: "), "\(run.notes)")
        #expect(run.notes.hasSuffix(": \(hint)\n"), "\(run.notes)")
        let help = try await Program.run([arguments[0], "-h"])
        #expect(help.status == 0 && help.output.contains("Usage: batchkeep \(arguments[0])"))
    }

    @Test func `without a key the message says where to put one`() async throws {
        let run = try await Program.run(["export"])
        #expect(run.status == 2)
        #expect(run.notes.contains("error: API key not found: "))
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
            #expect(run.notes.contains("'taken': a file, not a folder"))
        }
    }

    @Test(arguments: [["verify"], ["query", "SELECT 1"], ["join", "--join", "requests.jsonl"], ["views"], ["status"]])
    func `a folder that is not an archive is refused and stays as it is`(command: [String]) async throws {
        try await withTemporaryFolder { folder in
            try Data().write(to: folder.url.appending(path: "requests.jsonl"))
            let run = try await Program.run(command + ["--archive", "."], in: folder.url)
            #expect(run.status == 2 && run.output.isEmpty, "\(run.notes)")
            #expect(run.notes.hasPrefix("error: not a Batchkeep archive: .\nhint: "), "\(run.notes)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["requests.jsonl"])
        }
    }

    @Test func `an archive around the current folder is named`() async throws {
        try await withTemporaryFolder { folder in
            let raw = folder.url.appending(path: "archive/raw")
            for name in ["archive/raw", "archive/manifests"] {
                let url = folder.url.appending(path: name)
                try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            }
            let archive = folder.url.appending(path: "archive").path
            for (place, path) in [(raw, "."), (raw, "./archive"), (folder.url, "..")] {
                let run = try await Program.run(["verify", "--archive", path], in: place)
                #expect(run.status == 2, "\(path): \(run.notes)")
                if path != ".." { #expect(run.notes.contains("add --archive \(archive)"), "\(path): \(run.notes)") }
            }
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
            #expect(run.notes.contains("connection refused"), "\(run.notes)")
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
            #expect(missing.notes.contains("--key-file: cannot read 'absent', or it is empty"))
        }
    }
}
