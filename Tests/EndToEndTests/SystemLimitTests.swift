import Foundation
import Testing

/// Limits of the system and unusual inputs end a command with a sentence and a status, never with a stack trace.
struct SystemLimitTests {
    @Test(arguments: [
        ("ulimit -n 20", "open files: the limit of 20 is too low"),
        ("ulimit -v 300000", "memory: the limit of 292 MiB is too low"),
    ])
    func `a limit that is too low is reported in one sentence`(limit: String, sentence: String) async throws {
        try await withTemporaryFolder { folder in
            for command in ["export", "status", "simulate --generate 1", "run pipeline.yaml"] {
                let run = try await Program.shell(
                    "\(limit); batchkeep \(command)",
                    in: folder,
                    environment: ["ANTHROPIC_API_KEY": "k"]
                )
                #expect(run.status == 1, "\(command): \(run.notes)")
                #expect(run.notes.hasPrefix("error: \(sentence): "), "\(command): \(run.notes)")
                #expect(run.output.isEmpty)
            }
            let help = try await Program.shell("\(limit); batchkeep --version", in: folder)
            #expect(help.status == 0)
        }
    }

    @Test(arguments: ["export --archive", "report --html", "status --archive", "export --key-file", "run"])
    func `a path that is not UTF-8 is refused, and no other file is touched`(command: String) async throws {
        try await withTemporaryFolder { folder in
            let run = try await Program.shell("batchkeep \(command) \"$(printf 'a\\377b')\"", in: folder)
            #expect(run.status == 2)
            #expect(run.notes.contains("is not valid UTF-8"), "\(run.notes)")
            #expect(try folder.files().isEmpty)
        }
    }

    @Test func `a user who can only read an archive can query an index that is up to date`() async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                let query = "batchkeep query 'SELECT count(*) > 900 AS n FROM results'"
                // Without these capabilities, the permissions apply to root too.
                let reader = """
                    chmod -R a-w archive
                    drop='setpriv --bounding-set -dac_override,-dac_read_search'
                    if [ "$(id -u)" -eq 0 ]; then $drop \(query); else \(query); fi
                    status=$?
                    chmod -R u+w archive
                    exit $status
                    """
                func run(_ command: String) async throws -> Program.FinishedRun {
                    try await Program.shell(command, in: folder, environment: simulation.environment)
                }
                func expectAdvice(_ run: Program.FinishedRun) {
                    let sentence = "not found or not up to date, and the archive folder cannot be written\n"
                    #expect(run.status == 1 && run.notes.contains(sentence), "\(run.notes)")
                    #expect(run.notes.contains("hint: ask a user who can write") && !run.notes.contains("rm "))
                    #expect(run.output.isEmpty && !run.notes.contains("damaged"), "\(run.notes)")
                }
                let export = try await run("batchkeep export --since 2024-08-01")
                try #require(export.status == 0, "\(export.notes)")
                expectAdvice(try await run(reader))
                #expect(try await run(query).output == "{\"n\":1}\n")
                // The changed permissions are changes of the manifests, but not of an answer.
                let answer = try await run(reader)
                #expect(answer.status == 0 && answer.output == "{\"n\":1}\n" && answer.notes == "", "\(answer.notes)")
                expectAdvice(try await run("rm archive/manifests/date=2025-06*/*; \(reader)"))
            }
        }
    }

    @Test func `a key is trimmed and has a size limit, wherever it comes from`() async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                let url = ["ANTHROPIC_BASE_URL": simulation.baseURL]
                try Data("\n  key-of-the-test \r\nmore\n".utf8).write(to: folder.url.appending(path: "key"))
                for (variable, value) in [
                    ("ANTHROPIC_API_KEY", "k\n"), ("ANTHROPIC_API_KEY", " \tk\r\n"), ("ANTHROPIC_AUTH_TOKEN", "k\n"),
                ] {
                    let environment = url.merging([variable: value]) { $1 }
                    let run = try await Program.shell("batchkeep list --limit 1", in: folder, environment: environment)
                    #expect(run.status == 0 && run.lines.count == 1, "\(run.notes)")
                }
                let fromFile = try await Program.shell(
                    "batchkeep list --limit 1 --key-file key && cat key | batchkeep list --limit 1 --key-file /dev/stdin",
                    in: folder,
                    environment: url
                )
                #expect(fromFile.status == 0 && fromFile.lines.count == 2, "\(fromFile.notes)")
            }
            let empty = try await Program.shell("batchkeep list", in: folder, environment: ["ANTHROPIC_API_KEY": " \n"])
            #expect(empty.status == 2 && empty.notes.contains("API key not found"), "\(empty.notes)")
            let long = ["ANTHROPIC_API_KEY": String(repeating: "k", count: 70_000)]
            let tooLong = try await Program.shell("batchkeep list", in: folder, environment: long)
            #expect(tooLong.status == 2, "\(tooLong.notes)")
            #expect(
                tooLong.notes.contains("API key too long: ANTHROPIC_API_KEY has more than 64 KiB"),
                "\(tooLong.notes)"
            )
        }
    }

    @Test(arguments: [
        ("list --key-file", "input too large: the key file big has more than 64 KiB"),
        ("prices --prices", "input too large: the price file big has more than 16 MiB"),
        ("run", "big:1:1: larger than 1 MiB"),
        ("fetch <", "input too large: the list of batches on standard input has more than 256 MiB"),
    ])
    func `an input that is far too large is refused`(command: String, sentence: String) async throws {
        try await withTemporaryFolder { folder in
            for make in ["truncate -s 300M big", "ln -sf /dev/zero big"] {
                let run = try await Program.shell(
                    "\(make); ulimit -v 4000000; batchkeep \(command) big",
                    in: folder,
                    environment: ["ANTHROPIC_API_KEY": "k"]
                )
                #expect(run.status == 2, "\(make): \(run.notes)")
                #expect(run.notes.contains(sentence), "\(make): \(run.notes)")
            }
        }
    }

    @Test(arguments: ["--metrics-file", "--report"])
    func `an export writes to a device or through a link`(option: String) async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.run(["--generate", "20", "--batches", "2"]) { simulation in
                let run = try await Program.shell(
                    """
                    echo old > target; ln -s target link; ln -s /dev/null null
                    batchkeep export --quiet \(option) link && batchkeep export --quiet --archive b \(option) null \\
                      && batchkeep export --quiet --archive c \(option) /dev/null \\
                      && batchkeep export --quiet --archive d \(option) /dev/stdout >> appended
                    test -c /dev/null && test -h link && test -h null && wc -c < target && wc -c < appended
                    """,
                    in: folder,
                    environment: simulation.environment
                )
                #expect(run.status == 0, "\(run.notes)")
                #expect(
                    run.lines.count == 2 && run.lines.allSatisfy { Int($0).map { $0 > 500 } ?? false },
                    "\(run.output)"
                )
            }
        }
    }
}
