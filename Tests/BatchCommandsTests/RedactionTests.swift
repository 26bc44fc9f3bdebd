import BatchCommands
import Foundation
import Testing

/// `select --redact` on an archive of the samples.
struct RedactionTests {
    private let key = "0123456789abcdef-of-the-test"

    @Test func `IDs become hashes that depend on the key alone`() async throws {
        try await Scratch.use { folder in
            let first = try folder.write("\(key)\n", to: "first.key")
            let second = try folder.write("another-key-of-the-test", to: "second.key")
            try await InProcess.withSamples { _, run, _ in
                let arguments = ["select", "--columns", "custom_id", "--format", "tsv"]
                let ids = await run(arguments).lines.dropFirst()
                let hashes = await run(arguments + ["--redact", "--redact-key-file", first])
                let others = await run(arguments + ["--redact", "--redact-key-file", second]).lines.dropFirst()
                let lines = hashes.lines.dropFirst()
                #expect(hashes.status == .done && hashes.notes == "" && lines.count == ids.count)
                #expect(lines.allSatisfy { $0.count == 64 && $0.allSatisfy(\.isHexDigit) })
                #expect(Set(lines).count == Set(ids).count && Set(lines).isDisjoint(with: others))
                guard let python = Tool.path("python3"), let id = ids.first else { return }
                let script =
                    "import hmac, sys; print(hmac.new(*(s.encode() for s in sys.argv[1:]), 'sha256').hexdigest())"
                let own = try Tool.run(python, ["-c", script, key, id])
                #expect(own.output.trimmingCharacters(in: .newlines) == lines.first)
            }
        }
    }

    @Test func `the usual columns have no ID and no text`() async throws {
        try await Scratch.use { folder in
            let file = try folder.write(key, to: "key")
            try await InProcess.withSamples { _, run, _ in
                let rows = await run(["select", "--redact", "--redact-key-file", file, "--format", "csv"])
                #expect(rows.lines[0] == "custom_id,result_type,model,stop_reason,input_tokens,output_tokens")
                #expect(rows.lines.count > 900 && !rows.output.contains("ticket-"))
                let groups = await run([
                    "select", "--redact", "--redact-key-file", file, "--by", "custom_id", "--where",
                    "custom_id=ticket-0002", "--format", "csv",
                ])
                #expect(groups.lines.count == 2 && groups.lines[1].hasSuffix(",2") && !groups.output.contains("ticket"))
                let json = await run(["select", "--redact", "--redact-key-file", file, "--by", "json_valid"])
                #expect(json.status == .done && json.output.contains("invalid"), "\(json.notes)")
            }
        }
    }

    @Test func `metadata is found by the ID and printed without it`() async throws {
        try await Scratch.use { folder in
            let file = try folder.write(key, to: "key")
            try await InProcess.withSamples { _, run, _ in
                let arguments = [
                    "select", "--join", Samples.path("metadata/satire-labels.csv"), "--columns", "custom_id,label",
                    "--where", "label!=null", "--format", "csv", "--batch",
                    try Samples.id(of: "2024-08-satire-headlines"),
                ]
                let plain = await run(arguments).lines.map { $0.split(separator: ",").last }
                let rows = await run(arguments + ["--redact", "--redact-key-file", file])
                #expect(rows.lines.map { $0.split(separator: ",").last } == plain && plain.count > 30)
                #expect(!rows.output.contains("TEG"))
            }
        }
    }

    @Test(arguments: [
        "text", "thinking", "tool_input", "error_message", "content[].text", "$.custom_id", "request.params",
    ])
    func `a column that can contain text is refused`(column: String) async throws {
        try await Scratch.use { folder in
            let file = try folder.write(key, to: "key")
            let requests = Samples.path("requests/2025-06-sql-generation.jsonl")
            try await InProcess.withGenerated { _, run, _ in
                for option in ["--columns", "--by"] {
                    let result = await run(
                        ["select", "--redact", "--redact-key-file", file, option, column]
                            + (column.hasPrefix("request") ? ["--join", requests] : [])
                    )
                    #expect(result.status == .usage && result.output == "")
                    #expect(
                        result.notes.contains("--redact: column '\(column)' cannot be used: it can contain text"),
                        "\(result.notes)"
                    )
                }
            }
        }
    }

    @Test(arguments: [
        ("jsonl", [], #"{"custom_id":"_meta","note":"x"}"#), ("jsonl", ["--join-format", "ndjson"], ""),
        ("csv", [], "custom_id,params"), ("tsv", [], "custom_id\tparams"),
    ])
    func `a column params is refused in every format`(ext: String, options: [String], first: String) async throws {
        try await Scratch.use { folder in
            let file = try folder.write(key, to: "key")
            let row =
                switch ext {
                case "csv": "req-1,secret"
                case "tsv": "req-1\tsecret"
                default: #"{"custom_id":"req-1","params":{"messages":"secret"}}"#
                }
            let source = try folder.write((first.isEmpty ? "" : first + "\n") + row + "\n", to: "source.\(ext)")
            try await InProcess.withGenerated { _, run, _ in
                for column in ["params", "source.params"] {
                    let result = await run(
                        [
                            "select", "--redact", "--redact-key-file", file, "--join", source, "--columns", column,
                        ] + options
                    )
                    #expect(result.status == .usage && result.output == "", "\(result.output)\(result.notes)")
                    #expect(result.notes.contains("--redact: column '\(column)' cannot be used"), "\(result.notes)")
                }
            }
        }
    }

    @Test(arguments: ["tags", "options"])
    func `an object or a list of metadata is refused, but a condition can use it`(column: String) async throws {
        try await Scratch.use { folder in
            let file = try folder.write(key, to: "key")
            let source = try folder.write(
                """
                {"custom_id":"TEG1_satire","score":9}
                {"custom_id":"TEG2_news","score":10,"tags":["secret"],"options":{"text":"secret"}}

                """,
                to: "scores.jsonl"
            )
            try await InProcess.withSamples { _, run, _ in
                let arguments = [
                    "select", "--redact", "--redact-key-file", file, "--join", source, "--format", "csv", "--batch",
                    try Samples.id(of: "2024-08-satire-headlines"),
                ]
                for option in ["--columns", "--by"] {
                    let refused = await run(arguments + [option, column])
                    #expect(refused.status == .usage && !refused.output.contains("secret"), "\(refused.output)")
                    #expect(
                        refused.notes.contains(
                            "--redact: column '\(column)' cannot be used: it has an object or a list"
                        ),
                        "\(refused.notes)"
                    )
                }
                let found = await run(arguments + ["--columns", "score", "--where", "\(column)~secret"])
                #expect(found.status == .done && found.lines == ["score", "10"], "\(found.notes)")
            }
        }
    }

    @Test func `a missing, empty or short key is an error that does not show the key`() async throws {
        try await Scratch.use { folder in
            let empty = try folder.write("\n \n", to: "empty.key")
            let short = try folder.write("secret", to: "short.key")
            let cases: [([String], String)] = [
                (["--redact"], "--redact: no key for the hashes\nhint: add --redact-key-file FILE"),
                (["--redact", "--redact-key-file", folder.path("none")], "none', or it does not exist"),
                (["--redact", "--redact-key-file", empty], "empty.key' is empty"),
                (["--redact", "--redact-key-file", short], "too short: must have at least 16 characters"),
                (["--redact-key-file", short], "--redact-key-file: can only be used with --redact"),
                (["--redact", "--redact-key-file", short, "--format", "jsonl-raw"], "cannot be used with --redact"),
            ]
            for (arguments, sentence) in cases {
                let run = await InProcess.run(["select"] + arguments, at: "http://127.0.0.1:9")
                #expect(run.status == .usage && run.output == "")
                #expect(run.notes.contains(sentence) && !run.notes.contains("secret"), "\(run.notes)")
            }
        }
    }
}
