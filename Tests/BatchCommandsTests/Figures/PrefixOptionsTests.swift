import BatchCommands
import Foundation
import Testing

/// `summarize --by prefix`: the rule of the groups, and where the command reads them.
struct PrefixOptionsTests {
    /// Imports batches with these IDs, each on its own day, and calls `body` with the archive.
    private func withIDs(_ batches: [[String]], _ body: (Archive) async throws -> Void) async throws {
        try await Scratch.use { scratch in
            let archive = Archive(url: scratch.url.appending(path: "archive"))
            for (number, ids) in batches.enumerated() {
                let lines = ids.enumerated().map { Self.line($1, input: 1_000 * ($0 + 1)) }
                let file = try scratch.write(lines.joined(), to: "job_\(number).jsonl")
                let options = ["--unproven", "--date", "2026-10-0\(number + 1)", "--batch", "job_\(number)"]
                let run = await InProcess.run(
                    ["import", file, "--archive", archive.url.path] + options,
                    at: "http://127.0.0.1:9",
                    key: ""
                )
                #expect(run.status == .done, "\(run.notes)")
            }
            try await body(archive)
        }
    }

    private static func line(_ id: String, input: Int) -> String {
        """
        {"custom_id":"\(id)","result":{"type":"succeeded","message":{"id":"msg_1","type":"message",\
        "role":"assistant","model":"claude-haiku-4-5-20251001","content":[{"type":"text","text":"x"}],\
        "stop_reason":"end_turn","stop_sequence":null,\
        "usage":{"input_tokens":\(input),"output_tokens":1,"service_tier":"batch"}}}}

        """
    }

    /// Four projects with 100 jobs of 2 requests.
    private static let projects = ["search", "chat", "docs", "mail"]
        .flatMap { name in (0..<100).flatMap { job in (1...2).map { "proj-\(name)-\(8_000 + job)-000\($0)" } } }

    private func prefixes(_ archive: Archive, _ arguments: [String] = []) async -> InProcess {
        await InProcess.offline(["summarize", "--by", "prefix", "--format", "json"] + arguments, on: archive)
    }

    @Test func `the automatic depth gives projects instead of jobs, from the summaries`() async throws {
        try await withIDs([Self.projects, Self.projects.map { "\($0)9" }]) { archive in
            let run = await prefixes(archive)
            #expect(
                run.rows.compactMap { $0["prefix"] as? String }.sorted() == [
                    "proj-chat", "proj-docs", "proj-mail", "proj-search",
                ]
            )
            #expect(run.rows.compactMap { $0["requests"] as? Int } == [400, 400, 400, 400])
            #expect(run.notes.contains("note: Requests are grouped by the first 2 parts of their custom_ids."))
            #expect(!run.notes.contains("the results are read"), "\(run.notes)")
            // The lines give the same rows.
            let scanned = await prefixes(archive, ["--scan"])
            for key in ["prefix", "requests", "cost_usd", "usable"] {
                #expect(run.rows.map { "\($0[key] ?? "")" } == scanned.rows.map { "\($0[key] ?? "")" }, "\(key)")
            }
        }
    }

    @Test func `a depth that summaries do not have is read from the results, with a note`() async throws {
        try await withIDs([Self.projects]) { archive in
            let first = await prefixes(archive, ["--prefix-depth", "1"])
            #expect(first.rows.compactMap { $0["prefix"] as? String } == ["proj"])
            #expect(!first.notes.contains("the results are read"))
            let third = await prefixes(archive, ["--prefix-depth", "3"])
            #expect(third.rows.count == 400)
            #expect(
                third.notes.contains(
                    "note: summaries do not count by the first 3 parts of their custom_ids, so the results are read"
                )
            )
            let top = await prefixes(archive, ["--prefix-depth", "3", "--top", "5", "--sort", "cost_usd"])
            #expect(top.rows.count == 6 && top.rows.last?["prefix"] as? String == "(other)")
            #expect(top.rows.compactMap { $0["requests"] as? Int }.reduce(0, +) == 800)
        }
    }

    @Test func `other families of IDs have readable groups too`() async throws {
        let uuids = (0..<90).map { _ in UUID().uuidString }
        try await withIDs([uuids, (0..<90).map { "TEG\($0)_satire" }, ["ticket-1", "ticket-2", "q7"]]) { archive in
            let run = await prefixes(archive)
            let groups = Dictionary(
                uniqueKeysWithValues: run.rows.map { ("\($0["prefix"] ?? "")", "\($0["requests"] ?? "")") }
            )
            #expect(groups == ["(uuid)": "90", "TEG": "90", "ticket": "2", "(none)": "1"], "\(run.output)")
            #expect(run.notes.contains("the first part of their custom_ids, without the number at its end"))
        }
    }

    @Test func `a pattern groups by its first group, or by the whole match`() async throws {
        try await withIDs([["proj-a-1", "proj-b-2", "task-b-3"]]) { archive in
            let run = await prefixes(archive, ["--prefix-pattern", "^proj-(.)"])
            #expect(Set(run.rows.compactMap { $0["prefix"] as? String }) == ["a", "b", "(none)"])
            #expect(run.notes.contains("note: Requests are grouped by the regular expression '^proj-(.)'."))
            let whole = await prefixes(archive, ["--prefix-pattern", "[0-9]$|task"])
            #expect(Set(whole.rows.compactMap { $0["prefix"] as? String }) == ["1", "2", "task"])
            let models = await InProcess.offline(
                ["summarize", "--by", "prefix,model", "--prefix-pattern=-(.)-", "--format", "json"],
                on: archive
            )
            #expect(models.rows.map { "\($0["prefix"] ?? "") \($0["requests"] ?? "")" } == ["b 2", "a 1"])
        }
    }

    @Test func `an option is stronger than the variable, the variable than the archive`() async throws {
        try await withIDs([["proj-a-1", "proj-b-2"]]) { archive in
            let file = archive.url.appending(path: "summaries/prefix-pattern.txt")
            try Data("(.)-[0-9]\n".utf8).write(to: file)
            func names(_ arguments: [String], _ variable: String?) async -> Set<String> {
                let run = await InProcess.run(
                    ["summarize", "--by", "prefix", "--format", "json", "--archive", archive.url.path] + arguments,
                    at: "http://127.0.0.1:9",
                    environment: variable.map { ["BATCHKEEP_PREFIX_PATTERN": $0] } ?? [:]
                )
                return Set(run.rows.compactMap { $0["prefix"] as? String })
            }
            #expect(await names([], nil) == ["a", "b"])
            #expect(await names([], "^....") == ["proj"])
            #expect(await names(["--prefix-pattern", ".$"], "^....") == ["1", "2"])
            #expect(await names(["--prefix-depth", "2"], "^....") == ["proj-a", "proj-b"])
            #expect(await names(["--prefix-depth", "auto"], "^....") == ["proj-a", "proj-b"])
            try Data("(\n".utf8).write(to: file)
            let broken = await prefixes(archive)
            #expect(broken.status == .usage)
            #expect(broken.notes.contains("error: summaries/prefix-pattern.txt: invalid regular expression '('"))
        }
    }

    @Test func `export records the pattern, which every later summarize uses`() async throws {
        try await InProcess.exportSamples(["--prefix-pattern", "^[a-zA-Z]+"]) { run, archive, _ in
            #expect(run.status == .done, "\(run.notes)")
            let found = await prefixes(archive)
            #expect(found.rows.contains { $0["prefix"] as? String == "TEG" && $0["requests"] as? Int == 38 })
            #expect(found.notes.contains("the regular expression '^[a-zA-Z]+'"))
            let verified = await InProcess.offline(["verify"], on: archive)
            #expect(verified.status == .done, "\(verified.notes)")
        }
    }

    @Test(arguments: [
        (
            ["--by", "prefix", "--prefix-pattern", "("],
            "--prefix-pattern: invalid regular expression '(': expected ')'"
        ),
        (["--by", "prefix", "--prefix-depth", "two"], "--prefix-depth: invalid value 'two': must be 0 to 20, or auto"),
        (["--by", "prefix", "--prefix-depth", "21"], "--prefix-depth: invalid value '21'"),
        (
            ["--by", "prefix", "--prefix-depth", "2", "--prefix-pattern", "a"],
            "--prefix-pattern, --prefix-depth: cannot be used together"
        ),
        (["--by", "day", "--prefix-depth", "2"], "can only be used with --by prefix"),
        (["--sort", "cost_usd"], "--sort, --top: can only be used with --by or --breakdown"),
        (["--by", "day", "--top", "0"], "--top: invalid value '0': must be 1 to 100000"),
        (["--by", "day", "--sort", "cost"], "--sort: invalid value 'cost': must be one of day, "),
    ])
    func `invalid options are rejected`(arguments: [String], sentence: String) async throws {
        try await withIDs([["a-1"]]) { archive in
            let run = await InProcess.offline(["summarize"] + arguments, on: archive)
            #expect(run.status == .usage)
            #expect(run.notes.contains(sentence), "\(run.notes)")
        }
    }

    @Test func `an invalid variable is named, and only a grouping by prefix reads it`() async throws {
        try await withIDs([["a-1"]]) { archive in
            func run(_ by: String) async -> InProcess {
                await InProcess.run(
                    ["summarize", "--by", by, "--archive", archive.url.path],
                    at: "http://127.0.0.1:9",
                    environment: ["BATCHKEEP_PREFIX_PATTERN": "[a"]
                )
            }
            let broken = await run("prefix")
            #expect(broken.status == .usage)
            #expect(
                broken.notes.contains("error: BATCHKEEP_PREFIX_PATTERN: invalid regular expression '[a': expected ']'")
            )
            #expect(await run("day").status == .done)
        }
    }
}
