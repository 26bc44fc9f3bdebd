import BatchCommands
import Foundation
import Testing

/// Answers that should be JSON, through `select`, `summarize`, `errors` and `retry`.
struct JSONAnswerCommandTests {
    /// Two models: the first has 1 valid, 2 fenced and 1 prose answer, the second 1 valid and 2 that were cut off.
    private static let lines = [
        line("v1", "{\"a\":1}", "claude-haiku-4-5"), line("f1", "```json\n{\"a\":2}\n```", "claude-haiku-4-5"),
        line("f2", "```\n[]\n```", "claude-haiku-4-5"), line("p1", "Sorry, no.", "claude-haiku-4-5"),
        line("v2", "[1]", "claude-sonnet-4-5"), line("c1", "{\"a\":[1,", "claude-sonnet-4-5", stop: "max_tokens"),
        line("c2", "{\"b\":\"", "claude-sonnet-4-5", stop: "max_tokens"),
        #"{"custom_id":"e1","result":{"type":"errored","error":{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}}}"#,
        #"{"custom_id":"x1","result":{"type":"expired"}}"#,
    ]

    private static func line(_ id: String, _ text: String, _ model: String, stop: String = "end_turn") -> String {
        let text = String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
        return """
            {"custom_id":"\(id)","result":{"type":"succeeded","message":{"id":"msg_\(id)","type":"message",\
            "role":"assistant","model":"\(model)","content":[{"type":"text","text":\(text)}],"stop_reason":"\(stop)",\
            "usage":{"input_tokens":100,"output_tokens":10}}}}
            """
    }

    /// Archives the lines as the batch `json_job`.
    private func withAnswers(
        _ body: (Archive, Scratch, ([String]) async -> InProcess) async throws -> Void
    ) async throws {
        try await InProcess.withGenerated { archive, _, server in
            let run = archive.command(at: server)
            try await Scratch.use { scratch in
                let file = try scratch.write(Self.lines.joined(separator: "\n") + "\n", to: "results.jsonl")
                let options = ["--unproven", "--batch", "json_job", "--date", "2026-11-20"]
                let imported = await run(["import"] + options + [file])
                #expect(imported.status == .done, "\(imported.notes)")
                try await body(archive, scratch) { await run([$0[0], "--batch", "json_job"] + $0.dropFirst()) }
            }
        }
    }

    @Test func `usable answers and those in each form are counted by model`() async throws {
        try await withAnswers { _, _, run in
            let columns = ["usable", "json_valid", "json_fenced", "json_invalid"]
            let rows = await run(["summarize", "--by", "model", "--expect", "json", "--json"]).rows
            let counts = rows.map { row in columns.map { row[$0] as? Int ?? -1 } }
            #expect(counts == [[3, 1, 2, 1], [1, 1, 0, 2]])
            #expect(rows.map { $0["usable_rate"] as? Double } == [0.75, 1.0 / 3.0])
            // Without the option, the other three answers that are complete are usable, and nothing is read.
            let usual = await run(["summarize", "--by", "model", "--json"]).rows
            #expect(usual.map { $0["usable"] as? Int } == [4, 1] && usual.allSatisfy { $0["json_valid"] == nil })
            // The whole window, by other keys, and by two keys that summaries do not have together.
            let all = await run(["summarize", "--expect", "json", "--json"])
            #expect(columns.map { all.row[$0] as? Int } == [4, 2, 2, 3], "\(all.notes)")
            let both = await run(["summarize", "--by", "model,stop-reason", "--expect", "json", "--format", "csv"])
            #expect(both.status == .done && both.lines.count == 4, "\(both.notes)")
            let table = await run(["summarize", "--by", "day", "--expect", "json", "--format", "table"])
            #expect(table.output.contains("JSON in fence") && table.output.contains("Not JSON"), "\(table.output)")
        }
    }

    @Test func `a threshold applies to the stricter rate`() async throws {
        try await withAnswers { _, _, run in
            let limit = ["--fail-if", "usable_rate<60%", "--by", "model"]
            #expect(await run(["summarize"] + limit).status == .done)
            let strict = await run(["summarize", "--expect", "json"] + limit)
            #expect(strict.status == .threshold && strict.notes.contains("usable_rate<60%"), "\(strict.notes)")
        }
    }

    @Test func `select has the column, and its usable lines meet the expectation`() async throws {
        try await withAnswers { _, _, run in
            let csv = await run(["select", "--columns", "custom_id,json_valid", "--format", "csv"])
            #expect(
                csv.lines == [
                    "custom_id,json_valid", "v1,valid", "f1,fenced", "f2,fenced", "p1,invalid", "v2,valid",
                    "c1,invalid",
                    "c2,invalid", "e1,", "x1,",
                ]
            )
            let usable = ["select", "--columns", "custom_id,usable", "--format", "csv", "--usable"]
            #expect(
                await run(usable).lines == ["custom_id,usable", "v1,true", "f1,true", "f2,true", "p1,true", "v2,true"]
            )
            let strict = await run(usable + ["--expect", "json"])
            #expect(strict.lines == ["custom_id,usable", "v1,true", "f1,true", "f2,true", "v2,true"])
            let rest = await run(["select", "--unusable", "--expect", "json", "--by", "json_valid,usable", "--json"])
            #expect(rest.rows.map { $0["requests"] as? Int } == [3, 2] && rest.rows[0]["usable"] as? Bool == false)
        }
    }

    @Test func `answers that are not JSON are errors with a class, and their fingerprints select them`() async throws {
        try await withAnswers { _, _, run in
            #expect(await run(["errors", "--json"]).rows.count == 1)
            let rows = await run(["errors", "--expect", "json", "--json"]).rows
            let found = rows.map { "\($0["requests"] ?? 0) \($0["error_class"] ?? "") \($0["error_type"] ?? "")" }
            #expect(
                Set(found) == ["2 fix_input invalid_json", "1 retry invalid_json", "1 retry overloaded_error"]
                    && found[0].hasPrefix("2 ")
            )
            #expect(
                rows[0]["error_message"] as? String == "the text is not JSON: the text ends in the middle of a value"
            )
            #expect(rows[0]["cost_at_stake_usd"] as? Double != nil)
            let command = try #require(rows[0]["command"] as? String)
            let id = try #require(rows[0]["fingerprint"] as? String)
            #expect(command.contains(" --batch json_job --expect json --fingerprint \(id) --join "), "\(command)")
            let lines = await run(["select", "--fingerprint", id, "--columns", "custom_id", "--format", "csv"]).lines
            #expect(lines == ["custom_id", "c1", "c2"])
            let classes = await run(["errors", "--expect", "json", "--class", "retry", "--json"]).rows
            #expect(classes.count == 2 && classes.allSatisfy { $0["error_class"] as? String == "retry" })
        }
    }

    @Test func `retry writes the requests of answers that are not JSON`() async throws {
        try await withAnswers { _, scratch, run in
            func reasons(_ options: [String]) async -> [String: Int]? {
                await run(["retry", "--dry-run", "--json"] + options).document["reasons"] as? [String: Int]
            }
            #expect(await reasons([]) == ["errored:retry": 1, "expired": 1])
            #expect(await reasons(["--expect", "json"]) == ["errored:retry": 1, "expired": 1, "invalid_json": 1])
            let all = ["--expect", "json", "--include", "fix_input"]
            #expect(await reasons(all) == ["errored:retry": 1, "expired": 1, "invalid_json": 3])
            #expect(await reasons(["--expect", "json", "--result", "expired"]) == ["expired": 1, "invalid_json": 1])
            let requests = ["p1", "e1", "x1"].map { #"{"custom_id":"\#($0)","params":{"model":"m","max_tokens":9}}"# }
            let source = try scratch.write(requests.joined(separator: "\n"), to: "requests.jsonl")
            let written = await run(["retry", "--expect", "json", "--join", source, "--out", scratch.path("out")])
            #expect(written.status == .done, "\(written.notes)")
            let lineage = try scratch.text("out/retry-0001.lineage.ndjson")
            #expect(lineage.contains(#""custom_id":"p1","reason":"invalid_json"}"#), "\(lineage)")
        }
    }

    @Test func `a kind of text that does not exist is refused`() async throws {
        for command in ["select", "summarize", "errors", "retry"] {
            let run = await InProcess.offline([command, "--expect", "xml"])
            #expect(run.status == .usage && run.notes.contains("'xml'") && run.notes.contains("json"), "\(run.notes)")
        }
    }
}
