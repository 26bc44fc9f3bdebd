import BatchCommands
import Foundation
import Testing

/// `select` on an archive of the samples, through the whole program.
struct SelectCommandTests {
    @Test func `counts and sums match the samples`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let all = await run(["select", "--by", "result_type", "--columns", "output_tokens", "--format", "csv"])
            #expect(
                all.lines == [
                    "result_type,requests,output_tokens", "canceled,53,0", "errored,54,0", "expired,5,0",
                    "succeeded,941,106847",
                ]
            )
            #expect(all.status == .done && all.notes == "")
        }
    }

    @Test func `every format has the same rows`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let arguments = ["select", "--columns", "custom_id,error_type", "--where", "error_class=fix_account"]
            let rows = await run(arguments + ["--format", "ndjson"]).lines
            #expect(rows.count > 20 && rows[0] == #"{"custom_id":"ticket-0129","error_type":"invalid_request_error"}"#)
            let csv = await run(arguments + ["--format", "csv"]).lines
            #expect(csv.count == rows.count + 1 && csv[1] == "ticket-0129,invalid_request_error")
            let document = await run(arguments + ["--format", "json"]).output
            let list = try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [[String: String]]
            #expect(list?.count == rows.count && list?[0]["custom_id"] == "ticket-0129")
            let table = await run(arguments + ["--format", "table"]).lines
            #expect(table.count == rows.count + 2 && table[2].hasPrefix("ticket-0129 "))
            let markdown = await run(arguments + ["--format", "markdown"]).lines
            #expect(markdown.count == rows.count + 2 && markdown[2].hasPrefix("| ticket-0129 | "), "\(markdown)")
            let raw = await run(["select", "--where", "error_class=fix_account", "--format", "jsonl-raw"]).lines
            #expect(raw.count == rows.count && raw[0].hasPrefix("{\"custom_id\":\"ticket-0129\",\"result\":{"))
            #expect(await run(["select", "--where", "custom_id=nobody", "--format", "json"]).output == "[]\n")
        }
    }

    @Test func `a sum of costs has the key of its column, and a document is an array of lines`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let json = await run(["select", "--by", "result_type", "--columns", "cost", "--format", "json"])
            #expect(
                json.lines.count == 4
                    && json.lines[0].hasPrefix(#"[{"result_type":"canceled","requests":53,"cost_usd":0}"#)
            )
            #expect(json.output.hasSuffix("}]\n") && json.rows.count == 4)
        }
    }

    @Test(arguments: ["csv", "json", "ndjson", "tsv", "table", "markdown"])
    func `a note counts the requests without a price in groups that have no cost`(format: String) async throws {
        try await InProcess.withSamples { _, run, _ in
            let sentence = "6 requests have no price: claude-orchid-preview (6)."
            let groups = await run(["select", "--by", "model", "--columns", "cost_usd", "--format", format])
            if ["table", "markdown"].contains(format) {
                #expect(groups.output.contains(sentence), "\(groups.output)")
            } else {
                #expect(groups.notes.contains("note: \(sentence)\n") && !groups.output.contains(sentence))
            }
            let tokens = await run(["select", "--by", "model", "--columns", "output_tokens", "--format", format])
            #expect(!(tokens.output + tokens.notes).contains("no price"))
        }
    }

    @Test func `limit, sample and order have their effect`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let all = await run(["select", "--columns", "batch_id,custom_id"]).lines
            #expect(
                await run(["select", "--columns", "batch_id,custom_id", "--limit", "7"]).lines == Array(all.prefix(7))
            )
            let ready = await run(["select", "--columns", "batch_id,custom_id", "--order", "ready"]).lines
            #expect(ready.sorted() == all.sorted())
            let sample = await run(["select", "--columns", "batch_id,custom_id", "--sample", "9", "--seed", "3"]).lines
            #expect(sample.count == 9 && Set(sample).isSubset(of: Set(all)))
            #expect(
                await run(["select", "--columns", "batch_id,custom_id", "--sample", "9", "--seed", "3"]).lines == sample
            )
        }
    }

    @Test func `files that cannot match are not opened`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            // A damaged file is noticed only if it is opened.
            try archive.change(archive.file(in: "raw", "date=2025-06")) { $0.removeLast(20) }
            for arguments in [
                ["--where", "model=claude-haiku-5-5"], ["--since", "2026-01-01"], ["--result", "expired"],
                ["--where", "stop_reason=refusal"],
            ] {
                let some = await run(["select"] + arguments)
                #expect(some.status == .done && some.notes == "" && !some.lines.isEmpty, "\(arguments)")
            }
            let all = await run(["select", "--columns", "custom_id"])
            #expect(all.status == .integrity && all.lines.count > 900)
            #expect(all.notes.contains("date=2025-06-17"), "\(all.notes)")
        }
    }

    @Test(arguments: [
        (["--columns", "modle"], "column 'modle': not found\nhint: did you mean 'model'?\n"),
        (["--where", "x"], "--where: invalid condition 'x'"),
        (["--usable", "--unusable"], "--usable, --unusable: cannot be used together"),
        (["--by", "model", "--columns", "text"], "column 'text': cannot be summed"),
        (
            ["--format", "jsonl-raw", "--columns", "text"],
            "--format jsonl-raw: prints whole lines, so it cannot be used with --columns or --by"
        ),
        (["--limit", "0"], "--limit: invalid value '0'"),
        (["--where", "output_tokens>many"], "column 'output_tokens': invalid number 'many'"),
        (["--where", "custom_id~("], "invalid regular expression '('"),
        (["--result", "error"], "--result: unknown type 'error'\nhint: did you mean 'errored'?\n"),
        (["--colums", "model"], "unknown option: '--colums'\nhint: did you mean '--columns'?\n"),
        (
            ["--order", "redy"],
            "--order: invalid value 'redy': must be one of archive, ready\nhint: did you mean 'ready'?\n"
        ),
    ])
    func `invalid options are reported in a sentence`(arguments: [String], sentence: String) async {
        let run = await InProcess.run(["select"] + arguments, at: "http://127.0.0.1:9")
        #expect(run.status == .usage && run.output == "")
        #expect(run.notes.contains(sentence), "\(run.notes)")
    }

    @Test func `a folder of workspaces is read as one archive`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            try await Scratch.use { scratch in
                let parent = try scratch.copy(archive, to: ["one", "two"])
                let single = await run(["select", "--columns", "custom_id"]).lines
                let both = await InProcess.run(
                    ["select", "--archive", parent.url.path, "--columns", "custom_id"],
                    at: "http://127.0.0.1:9"
                )
                #expect(both.lines == single + single)
            }
        }
    }
}
