import BatchCommands
import Foundation
import MessageBatches
import Testing

/// `summarize` on an archive of the sample batches; `EndToEndTests` compares its numbers with Python's.
struct SummarizeTests {
    @Test func `every grouping and every format gives a table, from summaries and from a scan`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            for by in [
                "day", "week,model", "month", "hour", "batch", "workspace,result", "stop-reason", "prefix", "geo",
            ] {
                let summed = await InProcess.offline(["summarize", "--by", by, "--format", "json"], on: archive)
                let scanned = await InProcess.offline(
                    ["summarize", "--by", by, "--scan", "--format", "json"],
                    on: archive
                )
                #expect(summed.status == .done && scanned.status == .done, "\(summed.notes)\(scanned.notes)")
                #expect(summed.rows.count == scanned.rows.count && !summed.rows.isEmpty, "\(by)")
                for (sum, scan) in zip(summed.rows, scanned.rows) {
                    for key in sum.keys where scan[key] != nil {
                        #expect("\(sum[key] ?? "")" == "\(scan[key] ?? "")", "\(by): \(key)")
                    }
                }
            }
            for format in ["table", "json", "ndjson", "csv", "tsv", "markdown"] {
                let run = await InProcess.offline(["summarize", "--by", "model", "--format", format], on: archive)
                #expect(run.status == .done)
                #expect(run.output.contains("claude-orchid-preview"))
            }
        }
    }

    @Test func `without a grouping people get everything at once`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(["summarize", "--format", "table"], on: archive)
            #expect(run.status == .done)
            for text in [
                "13 archived batches", "Results  succeeded", "$10.25", "claude-orchid-preview (6)", "p95",
                "over 20 hours", "hit ratio", "annex- (claude-sonnet-4-5-20250929)",
                "Costs use the prices recorded in the archive.",
                "trust your invoice", "refusals before any output",
            ] { #expect(run.output.contains(text), "\(text)\n\(run.output)") }
        }
    }

    @Test func `the window and the IDs select the batches`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            func batches(_ arguments: [String]) async -> Int? {
                await InProcess.offline(["summarize", "--format", "json"] + arguments, on: archive)
                    .row["batches"] as? Int
            }
            #expect(await batches([]) == 13)
            #expect(await batches(["--since", "2026-01-01"]) == 6)
            #expect(await batches(["--since", "2024-08-20", "--until", "2024-10-15"]) == 2)
            let id = try #require(archive.archivedIDs.min())
            #expect(await batches(["--batch", id]) == 1)
            #expect(await batches(["--since", "2030-01-01"]) == nil)
        }
    }

    @Test func `days and hours are those of the time zone`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let batches = await InProcess.offline(["summarize", "--by", "batch", "--format", "json"], on: archive).rows
            let created = batches.compactMap { ($0["created_at"] as? String).flatMap { Timestamp($0) } }
            #expect(created.count == 13)
            // Fourteen hours ahead of UTC.
            let days = Set(created.map { $0.adding(seconds: 14 * 3_600).day.text })
            let zone = ["--by", "day", "--timezone", "Etc/GMT-14"]
            let run = await InProcess.offline(["summarize", "--format", "json"] + zone, on: archive)
            #expect(Set(run.rows.compactMap { $0["day"] as? String }) == days, "\(run.notes)")
            #expect(days != Set(created.map(\.day.text)))
            let table = await InProcess.offline(["summarize"] + zone, on: archive)
            #expect(table.notes.contains("note: Days are those of the time zone Etc/GMT-14."), "\(table.notes)")
            let day = try #require(days.max())
            let during = await InProcess.offline(
                ["summarize", "--during", day, "--format", "json"] + zone,
                on: archive
            )
            #expect(during.rows.compactMap { $0["day"] as? String } == [day])
        }
    }

    @Test func `a table by hour has both queue times`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let hours = await InProcess.offline(["summarize", "--by", "hour", "--format", "markdown"], on: archive)
            let heading = try #require(hours.lines.first { $0.hasPrefix("|") })
            #expect(heading.contains("Queue p50 | Queue p95"), "\(heading)")
            let days = await InProcess.offline(["summarize", "--by", "day", "--format", "markdown"], on: archive)
            #expect(!days.output.contains("Queue p95"))
        }
    }

    @Test func `a threshold limits a value of the selected batches`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            func summarize(_ arguments: String...) async -> InProcess {
                await InProcess.offline(["summarize"] + arguments, on: archive)
            }
            let cost = try #require(await summarize("--format", "json").rows.first?["cost_usd"] as? Double)
            #expect(cost > 0)
            #expect(await summarize("--fail-if", "cost_usd>\(Int(cost) + 1)").status == .done)
            let crossed = await summarize("--by", "day,model", "--format", "json", "--fail-if", "cost_usd>0")
            #expect(crossed.status == .threshold)
            #expect(crossed.notes.contains("error: threshold crossed: 'cost_usd>0': $"), "\(crossed.notes)")
            // The rows are those without the option, and the threshold is about all of them.
            #expect(crossed.output == (await summarize("--by", "day,model", "--format", "json")).output)
            let scanned = await summarize("--scan", "--fail-if", "error_rate>99%", "--fail-if", "requests<1000000")
            #expect(scanned.status == .threshold && scanned.notes.contains("'requests<1000000'"))
            #expect(!scanned.notes.contains("error_rate"), "\(scanned.notes)")
        }
    }

    @Test func `a cost within its threshold says that requests without a price are missing`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(
                ["summarize", "--format", "json", "--fail-if", "cost_usd>9e9"],
                on: archive
            )
            #expect(run.status == .usage, "a number has no exponent")
            let within = await InProcess.offline(
                ["summarize", "--format", "json", "--fail-if", "cost_usd>100000"],
                on: archive
            )
            let unpriced = try #require(within.rows.first?["unpriced_requests"] as? Int)
            #expect(within.status == .done && unpriced > 0)
            #expect(within.notes.contains("'cost_usd>100000': the cost does not include \(unpriced) requests without"))
        }
    }

    @Test func `a threshold without a value counts as crossed`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let run = await InProcess.offline(
                ["summarize", "--since", "2030-01-01", "--fail-if", "error_rate>5%"],
                on: archive
            )
            #expect(run.status == .threshold)
            #expect(run.notes.contains("error: threshold cannot be evaluated: 'error_rate>5%'"), "\(run.notes)")
        }
    }

    @Test func `a breakdown adds models within the rows, a combination reads the results by itself`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let broken = await InProcess.offline(
                ["summarize", "--by", "month", "--breakdown", "--format", "json"],
                on: archive
            )
            #expect(broken.rows.count > 18)
            #expect(broken.rows.allSatisfy { $0["month"] is String && $0["model"] is String })
            let combined = ["summarize", "--by", "result", "--breakdown", "--format", "json"]
            let chosen = await InProcess.offline(combined, on: archive)
            #expect(chosen.status == .done)
            #expect(chosen.notes.contains("note: summaries do not count by result and model together"))
            let scanned = await InProcess.offline(combined + ["--scan"], on: archive)
            #expect(!scanned.notes.contains("summaries do not count"))
            #expect(scanned.rows.compactMap { $0["requests"] as? Int }.reduce(0, +) == 1_029)
            #expect(scanned.output == chosen.output)
            let byPrefix = await InProcess.offline(
                ["summarize", "--by", "prefix,model", "--format", "json"],
                on: archive
            )
            #expect(byPrefix.status == .done)
            #expect(byPrefix.rows.compactMap { $0["requests"] as? Int }.reduce(0, +) == 1_029)
        }
    }

    @Test func `another price table prices the archive again`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let file = archive.url.appending(path: "own.csv")
            func cost(_ arguments: [String] = []) async -> InProcess {
                await InProcess.offline(
                    ["summarize", "--by", "model", "--format", "json", "--prices", file.path] + arguments,
                    on: archive
                )
            }
            let columns = "model_id,input,cache_write_5m,cache_write_1h,cache_read,output"
            try Data("\(columns)\nclaude-orchid-preview,2,2,2,2,2\n".utf8).write(to: file)
            let priced = await cost()
            let row = priced.rows.first { $0["model"] as? String == "claude-orchid-preview" }
            let tokens = ["input", "cache_creation_5m", "cache_creation_1h", "cache_read", "output"]
                .reduce(0) { $0 + (row?["\($1)_tokens"] as? Int ?? 0) }
            // Half of two dollars per million.
            #expect((row?["cost_usd"] as? Double).map { "\($0)" } == "\(Decimal(tokens) / 1_000_000)")
            #expect(priced.rows.allSatisfy { $0["unpriced_requests"] as? Int == 0 })
            #expect(priced.notes.contains("note: Costs use price table "))
            #expect(priced.notes.contains("after the rows of own.csv"))
            try Data("model_id,prompt_max,input,output\nclaude-orchid-preview,50,2,2\n".utf8).write(to: file)
            // The exact tier of each request is known, because the rows are read again.
            let (tiered, scanned) = (await cost(), await cost(["--scan"]))
            #expect(tiered.status == .done && tiered.dollars == scanned.dollars && tiered.dollars > 0)
            try Data("model_id,input,output\nclaude-x,cheap,2\n".utf8).write(to: file)
            #expect(await cost().notes.contains("line 2, column input: invalid price 'cheap'"))
            let missing = await InProcess.offline(["summarize", "--prices", "/nowhere.csv"], on: archive)
            #expect(missing.status == .usage && missing.notes.contains("--prices: cannot read '/nowhere.csv'"))
        }
    }

    @Test(arguments: [
        (["--by", "colour"], "--by: invalid value 'colour': must be one of"),
        (["--by", "day,day"], "--by: 'day' is repeated"),
        (["--since", "soon"], "--since: invalid time 'soon'"),
        (["--timezone", "Berlin"], "--timezone: time zone not found: 'Berlin'"),
        (["--fail-if", "cost_usd>+10%"], "a sign limits a change, but there is only one window"),
        (["--fail-if", "cost>1"], "--fail-if: invalid metric 'cost'"),
    ])
    func `invalid options are rejected`(arguments: [String], sentence: String) async {
        let run = await InProcess.offline(["summarize"] + arguments)
        #expect(run.status == .usage)
        #expect(run.notes.contains(sentence))
    }

    @Test func `a missing archive is an error, a damaged manifest is reported and the others count`()
        async throws
    {
        let nowhere = FileManager.default.temporaryDirectory.appending(path: "batchkeep-\(UUID().uuidString)")
        let run = await InProcess.offline(["summarize"], on: Archive(url: nowhere))
        #expect(run.status == .usage && run.notes.contains("not a Batchkeep archive: \(nowhere.path)"))
        try await InProcess.exportSamples { _, archive, _ in
            let manifest = archive.url.appending(
                path: "manifests/\(try #require(archive.files(in: "manifests").first))"
            )
            try Data("{\"schema_version\":1,".utf8).write(to: manifest)
            let run = await InProcess.offline(["summarize", "--format", "json"], on: archive)
            #expect(run.status == .integrity)
            #expect(run.row["batches"] as? Int == 12)
            #expect(run.notes.contains("manifest '\(manifest.path)': "))
        }
    }

    @Test func `statistics need only the manifests`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let keys = ["day", "week", "month", "hour", "batch", "workspace"]
            let parts = ["model", "result", "stop-reason", "error", "prefix", "service-tier", "geo"]
            let commands =
                [["summarize"], ["errors", "--format", "json"]]
                + (keys + parts).map { ["summarize", "--by", $0, "--format", "json"] }
                + parts.map { ["summarize", "--by", "batch,\($0)", "--format", "csv"] }
                + [["compare", "2024-08-01..2026-01-01", "2026-01-01..", "--format", "json"]]
            var before: [InProcess] = []
            for command in commands { before.append(await InProcess.offline(command, on: archive)) }
            for name in ["raw", "results", "summaries", "catalog.sqlite"] {
                try FileManager.default.removeItem(at: archive.url.appending(path: name))
            }
            for (command, before) in zip(commands, before) {
                let after = await InProcess.offline(command, on: archive)
                #expect(after.status == .done, "\(command): \(after.notes)")
                #expect(after.output.withoutTimes == before.output.withoutTimes, "\(command)")
            }
            #expect(await InProcess.offline(["summarize", "--scan"], on: archive).status == .integrity)
        }
    }

    @Test func `the archives of several workspaces are read together`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            try await Scratch.use { scratch in
                let both = try scratch.copy(archive, to: ["a", "b"])
                for arguments in [[], ["--scan"]] {
                    let run = await InProcess.offline(
                        ["summarize", "--by", "workspace", "--format", "json"] + arguments,
                        on: both
                    )
                    #expect(run.rows.map { $0["workspace"] as? String } == ["a", "b"])
                    #expect(run.rows.compactMap { $0["requests"] as? Int } == [1_029, 1_029])
                }
            }
        }
    }
}

extension InProcess {
    /// The sum of the costs of all rows, to a millionth of a cent.
    fileprivate var dollars: Double {
        (rows.compactMap { $0["cost_usd"] as? Double }.reduce(0, +) * 1e8).rounded() / 1e8
    }
}

extension String {
    /// The text without times, because a page contains the time of its creation.
    fileprivate var withoutTimes: String {
        replacing(/20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+Z?/, with: "")
    }
}
