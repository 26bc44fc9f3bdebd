import BatchCommands
import Testing

struct CompareTests {
    @Test func `windows, days, models and batches can be compared`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let ids = archive.archivedIDs.sorted()
            let sides = [
                ["2026-08", "2026-10"], ["2026-W32", "2026-08-04"], ["2026-08-01..2026-09-01", "2026-10-01.."],
                ["claude-opus-5", "claude-haiku-5-5"], [ids[0], ids[1]],
            ]
            for sides in sides {
                let run = await InProcess.offline(["compare"] + sides + ["--format", "json"], on: archive)
                #expect(run.status == .done, "\(run.notes)")
                let requests = try #require(run.rows.first { $0["metric"] as? String == "requests" })
                #expect(requests["a"] as? Int ?? 0 > 0 && requests["b"] as? Int ?? 0 > 0, "\(sides)")
                let difference = (requests["b"] as? Int ?? 0) - (requests["a"] as? Int ?? 0)
                #expect(requests["difference"] as? Int == difference)
            }
        }
    }

    @Test func `the sizes of a model need a scan`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            func median(_ arguments: [String]) async -> Any? {
                let run = await InProcess.offline(
                    ["compare", "claude-opus-5", "claude-haiku-5-5", "--format", "json"] + arguments,
                    on: archive
                )
                return run.rows.first { $0["metric"] as? String == "output_tokens_p50" }?["b"]
            }
            #expect(await median([]) as? Int == nil)
            #expect(await median(["--scan"]) as? Int ?? 0 > 0)
        }
    }

    @Test func `differences of rates are percentage points for people and fractions for programs`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            func compare(_ format: String) async -> InProcess {
                await InProcess.offline(["compare", "2026-10", "2026-08", "--format", format], on: archive)
            }
            for format in ["table", "markdown"] {
                let run = await compare(format)
                let line = try #require(run.output.split(separator: "\n").first { $0.contains("Error rate") })
                #expect(line.contains(" 5.8 pp ") && line.contains("82.4%") && !line.contains("5.8%"), "\(line)")
            }
            let row = try #require(await compare("json").rows.first { $0["metric"] as? String == "error_rate" })
            #expect((row["difference"] as? Double).map { (0.057...0.058).contains($0) } == true, "\(row)")
        }
    }

    @Test func `tokens of an advisor belong to its model, with and without a scan`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            let compare = ["compare", "claude-opus-4-8", "claude-haiku-5-5", "--format", "json"]
            func costs(_ options: [String]) async -> [Double] {
                let run = await InProcess.offline(compare + options, on: archive)
                let row = run.rows.first { $0["metric"] as? String == "cost_usd" }
                return ["a", "b"].compactMap { row?[$0] as? Double }
            }
            let costs = (summed: await costs([]), scanned: await costs(["--scan"]))
            #expect(costs.summed.count == 2 && costs.summed == costs.scanned)
        }
    }

    @Test func `a model is found and priced under an ARN that is too long for a label`() async throws {
        let path = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic."
        let opus = path + "claude-opus-4-1-20250805-v1:0"
        let usage = #""input_tokens":1000,"output_tokens":10"#
        let answers = Array(repeating: (model: opus, usage: usage), count: 3)
        let unknown = (model: path + "claude-orchid-preview-v1:0", usage: usage)
        let batch = try ReconciledArchive.batch("a", "2026-11-17T08:00:00Z", answers: answers + [unknown])
        try await ReconciledArchive.exported([batch]) { archive in
            let name = "claude-opus-4-1-20250805"
            for run in [
                await archive.run("compare", opus, name, "--format", "json"),
                await archive.run("compare", opus, name, "--format", "json", "--scan"),
            ] {
                let requests = run.rows.first { $0["metric"] as? String == "requests" }
                #expect(requests?["a"] as? Int == 3 && requests?["b"] as? Int == 3, "\(run.output)\(run.notes)")
            }
            let lines = await archive.run(
                "select",
                "--where",
                "model=\(opus)",
                "--columns",
                "custom_id",
                "--format",
                "csv"
            )
            #expect(lines.lines.count == 4, "\(lines.output)\(lines.notes)")
            let reconciled = await archive.run("reconcile", "--during", "2026-11-17", "--json")
            #expect(reconciled.output.contains("claude-opus-4-1-20250805") && !reconciled.output.contains("…"))
            let file = try archive.scratch.write("model_id,input,output\nclaude-orchid-preview,1,2\n", to: "own.csv")
            let rebuilt = await archive.run("rebuild", "--prices", file)
            #expect(rebuilt.notes.contains("Rebuilt 1 batch in"), "\(rebuilt.notes)")
            #expect(await archive.run("summarize", "--json").row["unpriced_requests"] as? Int == 0)
        }
    }

    @Test func `a crossed threshold is reported and sets the status`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            func compare(_ thresholds: String...) async -> InProcess {
                let options = thresholds.flatMap { ["--fail-if", $0] }
                return await InProcess.offline(["compare", "2026-10", "2026-08"] + options, on: archive)
            }
            #expect(await compare("error_rate>+10%", "unpriced_requests>0").status == .done)
            let crossed = await compare("error_rate>+1%", "cost_usd<+0")
            #expect(crossed.status == .threshold)
            #expect(crossed.notes.contains("error: threshold crossed: 'error_rate>+1%': 7.0% before, 12.7% after\n"))
            #expect(!crossed.notes.contains("cost_usd<+0"))
            let unknown = await InProcess.offline(
                ["compare", "2026-08", "2030-01", "--fail-if", "error_rate>+1%"],
                on: archive
            )
            #expect(unknown.status == .threshold)
            #expect(
                unknown.notes.contains("error: threshold cannot be evaluated: 'error_rate>+1%': the metric is missing")
            )
            #expect(unknown.notes.contains("warning: '2030-01' is not a window, a day or a batch with archived"))
        }
    }

    @Test(arguments: [
        (["2026-13", "2026-10"], "invalid comparison '2026-13'"), (["..", "2026-10"], "invalid comparison '..'"),
        (["2026-W54", "2026-10"], "invalid comparison '2026-W54'"),
        (["a..b", "2026-10"], "invalid comparison 'a..b'"),
        (["today", "yesterday", "--fail-if", "colour>1"], "--fail-if: invalid metric 'colour'"),
        (["today", "yesterday", "--fail-if", "error_rate"], "--fail-if: invalid threshold 'error_rate'"),
        (["today", "yesterday", "--fail-if", "requests>5%"], "must be a change"),
    ])
    func `invalid options are rejected`(arguments: [String], sentence: String) async {
        let run = await InProcess.offline(["compare"] + arguments)
        #expect(run.status == .usage)
        #expect(run.notes.contains(sentence), "\(run.notes)")
    }

    @Test func `a rare model that the summaries do not keep is not called missing`() async throws {
        try await InProcess.withGenerated { _, run, _ in
            try await Scratch.use { scratch in
                let lines = (0..<400)
                    .map { number in
                        """
                        {"custom_id":"a-\(number)","result":{"type":"succeeded","message":{"id":"msg_\(number)",\
                        "type":"message","role":"assistant","model":"model-with-a-long-name-\(number)","content":[],\
                        "stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}}}
                        """
                    }
                let file = try scratch.write(lines.joined(separator: "\n") + "\n", to: "results.jsonl")
                _ = await run(["import", "--unproven", "--batch", "job", "--date", "2026-11-20", file])
                let models = await run(["summarize", "--by", "model", "--batch", "job", "--json"]).rows
                let listed = Set(models.compactMap { $0["model"] as? String })
                let names = (0..<400).map { "model-with-a-long-name-\($0)" }
                let sides = [
                    try #require(names.first(where: listed.contains)),
                    try #require(names.first { !listed.contains($0) }),
                ]
                let compared = await run(["compare"] + sides + ["--batch", "job", "--json"])
                #expect(compared.notes.contains("To count all, add --scan."), "\(compared.notes)")
                #expect(!compared.notes.contains("no archived requests"), "\(compared.notes)")
                let scanned = await run(["compare"] + sides + ["--batch", "job", "--scan", "--json"])
                #expect(scanned.rows.first?["b"] as? Int == 1 && !scanned.notes.contains("--scan"), "\(scanned.notes)")
            }
        }
    }
}
