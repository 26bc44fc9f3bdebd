import BatchSimulator
import Foundation
import SimulatorTestSupport
import Tables
import Testing

@testable import BatchCommands

struct FormatOptionsTests {
    @Test(
        arguments: [
            (nil, false, false, .ndjson), (nil, false, true, .table), (nil, true, true, .json),
            (nil, true, false, .json),
            (.csv, false, true, .csv), (.json, true, false, .json),
        ] as [(TableFormat?, Bool, Bool, TableFormat)]
    )
    func `without an option rows are a table on a terminal and NDJSON in a pipe`(
        given: TableFormat?,
        json: Bool,
        isTerminal: Bool,
        format: TableFormat
    ) throws {
        var options = FormatOptions<TableFormat>()
        (options.given, options.json) = (given, json)
        #expect(try options.resolved(outputIsTerminal: isTerminal) == format)
    }

    @Test(arguments: [
        (["summarize", "--format", "csv"], "csv"), (["list", "--format=ndjson"], "ndjson"),
        (["prices", "--format", "table"], "table"), (["select", "--format", "jsonl-raw"], "jsonl-raw"),
        (["query", "SELECT 1", "--format", "tsv"], "tsv"), (["export", "--format", "text"], "text"),
        (["join", "--join", "x.csv", "--format", "text"], "text"), (["retry", "-n", "--format", "text"], "text"),
        (["verify", "--format", "text"], "text"), (["status", "--format", "text"], "text"),
        (["show", "a", "--format", "text"], "text"), (["rebuild", "--format", "text"], "text"),
        (["prune", "--raw-older-than", "1d", "--format", "text"], "text"), (["compact", "--format", "text"], "text"),
        (["views", "--format", "text"], "text"), (["catalog", "rebuild", "--format", "text"], "text"),
        (["retry-quarantine", "--format", "text"], "text"),
    ])
    func `--json and another format contradict each other`(arguments: [String], format: String) async {
        // `list` and `prices` have no archive.
        let place = ["list", "prices"].contains(arguments[0]) ? [] : ["--archive", "absent"]
        for json in ["--json", "-j"] {
            let run = await InProcess.run(arguments + [json] + place, at: "http://127.0.0.1:9")
            #expect(run.status == .usage)
            #expect(run.notes.contains("--json, --format \(format): cannot be used together"), "\(run.notes)")
        }
    }

    @Test func `a pipeline file and the command line together choose one format`() async throws {
        try await Scratch.use { scratch in
            let file = try scratch.write("format: text", to: "file.yaml")
            let both = try scratch.write("format: text\njson: true", to: "both.yaml")
            func check(_ arguments: String...) async -> InProcess {
                await InProcess.run(["run", "--check"] + arguments, at: "http://127.0.0.1:9")
            }
            #expect(await check(file).output == "batchkeep export --format=text\n")
            #expect(await check(file, "--json").output == "batchkeep export --json\n")
            #expect(await check(file, "-jn").output == "batchkeep export -jn\n")
            #expect(await check("-j", file, "-q").output == "batchkeep export --json -q\n")
            #expect(
                await check("-a", "x", "-nqv", file).output
                    == "batchkeep export --format=text --archive=x --dry-run --quiet --verbose\n"
            )
            let contradiction = await check("-j", file, "--format", "text")
            #expect(
                contradiction.status == .usage
                    && contradiction.notes.contains("--json, --format text: cannot be used together")
            )
            let conflict = await check(both)
            #expect(conflict.status == .usage && conflict.notes.contains("both.yaml:1:1"), "\(conflict.notes)")
            #expect(await check(both, "--format=json").output == "batchkeep export --format=json\n")
        }
    }

    @Test func `run writes the document for a flag before the file too`() async throws {
        try await Scratch.use { scratch in
            let file = try scratch.write("archive: \(scratch.path("archive"))", to: "file.yaml")
            try await withSimulator(.generated(lines: 4, batches: 1)) { server in
                let run = await InProcess.run(["run", "-j", "-nq", file], at: server.baseURL)
                let source = (run.document["sources"] as? [[String: Any]])?.first
                let export = source?["export"] as? [String: Any]
                #expect(run.status == .done && export?["dry_run"] as? Bool == true, "\(run.output)\(run.notes)")
                #expect(run.notes.isEmpty, "\(run.notes)")
            }
        }
    }

    @Test func `all formats of a table have the same rows in list, select and query`() async throws {
        try await InProcess.withSamples { archive, run, server in
            let list = ["list", "--since", "2000-01-01", "--limit", "3"]
            let commands = [
                ["select", "--columns", "custom_id", "--limit", "3"],
                ["query", "SELECT custom_id FROM results LIMIT 3"],
            ]
            for (format, extra) in [("ndjson", 0), ("csv", 1), ("tsv", 1), ("markdown", 2)] {
                for command in commands {
                    let rows = await run(command + ["--format", format])
                    #expect(
                        rows.status == .done && rows.lines.count == 3 + extra,
                        "\(command) \(format) \(rows.output)"
                    )
                }
                let rows = await InProcess.run(list + ["--format", format], at: server.baseURL)
                #expect(rows.status == .done && rows.lines.count == 3 + extra, "\(format) \(rows.output)")
            }
        }
    }
}
