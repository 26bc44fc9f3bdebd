import BatchCommands
import Foundation
import GRDB
import Testing

/// `select --join` on an archive of the samples.
struct SelectJoinTests {
    private let labels = Samples.path("metadata/satire-labels.csv")

    private func satire() throws -> [String] { ["--batch", try Samples.id(of: "2024-08-satire-headlines")] }

    /// The labels by ID, read from the first two columns of the sample.
    private func labelsByID() throws -> [String: String] {
        let rows = try String(contentsOfFile: labels, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
            .map { $0.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false) }
            // A quoted cell can continue on the next line.
            .filter { $0.count == 3 && $0[0].hasPrefix("TEG") }
        return Dictionary(rows.map { (String($0[0]), String($0[1])) }) { first, _ in first }
    }

    @Test func `answers are printed with the columns of a CSV file`() async throws {
        let expected = try labelsByID()
        try await InProcess.withSamples { _, run, _ in
            let csv = try await run(
                ["select", "--join", labels, "--columns", "custom_id,label,text", "--format", "csv"] + satire()
            )
            #expect(csv.status == .done && csv.notes == "" && csv.lines[0] == "custom_id,label,text")
            let rows = try await run(["select", "--join", labels, "--columns", "custom_id,label,text"] + satire())
                .lines.compactMap { jsonObject($0[...]) }
            #expect(rows.count == 38 && rows.contains { $0["label"] is NSNull })
            for row in rows {
                let id = try #require(row["custom_id"] as? String)
                #expect(row["label"] as? String == expected[id] && row["text"] is String, "\(id)")
            }
            // A result without a row has an empty field, as every missing value.
            let missing = try #require(rows.first { $0["label"] is NSNull }?["custom_id"] as? String)
            #expect(csv.lines.contains { $0.hasPrefix("\(missing),,") })
        }
    }

    @Test func `every format of a source has the same values`() async throws {
        let labels = try labelsByID().sorted { $0.key < $1.key }
        try await Scratch.use { folder in
            let database = folder.path("marks.sqlite")
            let queue = try DatabaseQueue(path: database)
            try await queue.write { database in
                try database.execute(sql: "CREATE TABLE marks (custom_id TEXT, label TEXT)")
                for (id, label) in labels {
                    try database.execute(sql: "INSERT INTO marks VALUES (?, ?)", arguments: [id, label])
                }
            }
            try queue.close()
            let sources = [
                try folder.write("label;custom_id\n" + labels.map { "\($1);\($0)\n" }.joined(), to: "marks.csv"),
                try folder.write("custom_id\tlabel\n" + labels.map { "\($0)\t\($1)\n" }.joined(), to: "marks.tsv"),
                try folder.write(
                    labels.map { #"{"label":"\#($1)","custom_id":"\#($0)"}"# + "\n" }.joined(),
                    to: "marks.ndjson"
                ), "\(database)#marks",
            ]
            try await InProcess.withSamples { _, run, _ in
                let arguments =
                    try ["select", "--columns", "custom_id,marks.label", "--where", "label=news"] + satire()
                let first = await run(arguments + ["--join", sources[0]])
                #expect(first.status == .done && first.lines.count > 10, "\(first.notes)")
                for source in sources.dropFirst() {
                    let other = await run(arguments + ["--join", source, "--join-memory", "1KB"])
                    #expect(other.output == first.output, "\(source): \(other.notes)")
                }
            }
        }
    }

    @Test func `values of JSON keep their type, and requests are a source too`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let requests = await run([
                "select", "--join", Samples.path("requests/2025-06-sql-generation.jsonl"), "--columns",
                "custom_id,request.params", "--where", "custom_id=q001",
            ])
            let row = try #require(requests.lines.first.flatMap { jsonObject($0[...]) }, "\(requests.notes)")
            #expect(
                (row["request.params"] as? [String: Any])?["max_tokens"] as? Int == 700,
                "\(requests.output) \(requests.notes)"
            )
            try await Scratch.use { folder in
                let scores = try folder.write(
                    """
                    {"custom_id":"TEG1_satire","score":9,"tags":["a",
                      "b"],"ok":true}
                    {"custom_id":"TEG2_news","score":10,"note":"x\\ud800y"}

                    """,
                    to: "scores.jsonl"
                )
                let rows = try await run(
                    ["select", "--join", scores, "--columns", "score,tags,ok,note", "--where", "score>1"] + satire()
                )
                #expect(
                    rows.lines == [
                        #"{"score":9,"tags":["a","b"],"ok":true,"note":null}"#,
                        #"{"score":10,"tags":null,"ok":null,"note":"x\#u{FFFD}y"}"#,
                    ],
                    "\(rows.notes)"
                )
            }
        }
    }

    @Test func `a condition, a group and whole lines can use a column of a source`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let groups = try await run(
                ["select", "--join", labels, "--by", "label", "--columns", "output_tokens", "--format", "csv"]
                    + satire()
            )
            #expect(groups.lines[0] == "label,requests,output_tokens" && groups.lines.count == 4, "\(groups.output)")
            let news = try await run(
                ["select", "--join", labels, "--where", "label=news", "--format", "jsonl-raw"] + satire()
            )
            #expect(groups.lines.contains { $0.hasPrefix("news,\(news.lines.count),") } && news.lines.count > 10)
            // Prices are text in CSV, and still 99 is less than 100.
            let catalog = Samples.path("metadata/catalog.csv")
            let id = try Samples.id(of: "recent-catalog-canceled")
            let prices = await run([
                "select", "--join", catalog, "--batch", id, "--columns", "price_eur", "--where", "price_eur<100",
                "--format", "tsv",
            ])
            let values = prices.lines.dropFirst().compactMap(Double.init)
            #expect(values.count == prices.lines.count - 1 && !values.isEmpty && values.allSatisfy { $0 < 100 })
        }
    }

    @Test func `a row belongs to the batch that it names`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let ids = try ["2024-10-support-tickets", "2025-01-ticket-triage"].map { try Samples.id(of: $0) }
            let rows = await run(
                [
                    "select", "--join", Samples.path("metadata/ticket-queues.csv"), "--columns",
                    "batch_id,label,queue", "--where", "custom_id=ticket-0002", "--format", "csv",
                ] + ids.flatMap { ["--batch", $0] }
            )
            let text = try String(contentsOfFile: Samples.path("metadata/ticket-queues.csv"), encoding: .utf8)
            for row in rows.lines.dropFirst() {
                let parts = row.split(separator: ",")
                #expect(text.contains("\(parts[0]),ticket-0002,\(parts[1]),\(parts[2]),"), "\(row)")
            }
            #expect(rows.lines.count == 3, "\(rows.notes)")
        }
    }

    @Test func `each batch has its own file, and a damaged one does not hide the others`() async throws {
        try await Scratch.use { folder in
            try await InProcess.withSamples { _, run, _ in
                let ids = try ["2024-10-support-tickets", "2025-01-ticket-triage", "2025-06-sql-generation"]
                    .map { try Samples.id(of: $0) }
                _ = try folder.write("custom_id,queue\nticket-0002,early\n", to: "marks-\(ids[0]).csv")
                _ = try folder.write("custom_id,queue,rater\nticket-0002,late,kim\n", to: "marks-\(ids[1]).csv")
                let arguments = [
                    "select", "--join", folder.path("marks-{batch_id}.csv"), "--columns", "queue,marks.rater",
                    "--where", "queue!=null", "--format", "csv",
                ]
                let both = await run(arguments)
                #expect(
                    both.status == .done && both.lines == ["queue,marks.rater", "early,", "late,kim"],
                    "\(both.notes)"
                )
                _ = try folder.write("custom_id,queue\nticket-0002\n", to: "marks-\(ids[0]).csv")
                let damaged = await run(arguments)
                #expect(damaged.status == .error && damaged.lines == ["queue,marks.rater", "late,kim"])
                #expect(
                    damaged.notes.contains("error: \(ids[0]) not printed completely: join source"),
                    "\(damaged.notes)"
                )
                let none = await run(["select", "--join", folder.path("other-{batch_id}.csv"), "--columns", "queue"])
                #expect(none.status == .usage && none.notes.contains("column 'queue': not found"), "\(none.notes)")
                #expect(
                    none.notes.contains("no file matches '\(folder.path("other-{batch_id}.csv"))'"),
                    "\(none.notes)"
                )
            }
        }
    }

    @Test(arguments: [
        (["--columns", "custom_id,lable"], "error: column 'lable': not found\nhint: did you mean 'label'?"),
        (["--columns", "satire-labels.lable"], "hint: did you mean 'satire-labels.label'?"),
        (["--columns", "custom_id"], "error: --join: no column of the sources is used\nhint: name one in --columns"),
        (["--where", "label"], "--where: invalid condition 'label'"),
        (["--by", "rater", "--columns", "label"], "column 'label': cannot be summed"),
        (["--columns", "label", "--join", "no/such.csv"], "join source 'no/such.csv': not found"),
        (["--columns", "label", "--join-key", "id"], "column 'id' not found"),
    ])
    func `invalid names and sources are reported in a sentence`(arguments: [String], sentence: String) async throws {
        try await InProcess.withGenerated { _, run, _ in
            let result = await run(["select", "--join", labels] + arguments)
            #expect(result.status == .usage && result.output == "")
            #expect(result.notes.contains(sentence), "\(result.notes)")
        }
    }

    @Test func `a name in two sources needs the source, and one of the results means the results`() async throws {
        try await Scratch.use { folder in
            let other = try folder.write("custom_id,label,model\nTEG1_satire,joke,ours\n", to: "other.csv")
            try await InProcess.withSamples { _, run, _ in
                let arguments = try ["select", "--join", labels, "--join", other, "--format", "csv"] + satire()
                let ambiguous = await run(arguments + ["--columns", "label"])
                #expect(ambiguous.status == .usage)
                #expect(
                    ambiguous.notes.contains(
                        "column 'label': in several join sources\nhint: use satire-labels.label or other.label"
                    ),
                    "\(ambiguous.notes)"
                )
                let rows = await run(
                    arguments + ["--columns", "other.label,model,other.model", "--where", "custom_id=TEG1_satire"]
                )
                #expect(rows.lines.last == "joke,claude-3-5-sonnet-20240620,ours")
                #expect(
                    rows.notes.contains(
                        "note: column 'model' is of the results: for the column of the source use 'other.model'"
                    ),
                    "\(rows.notes)"
                )
            }
        }
    }

    @Test func `repeated keys, and a source without any matching row, are reported`() async throws {
        try await Scratch.use { folder in
            let twice = try folder.write("custom_id,x\nTEG1_satire,1\nTEG1_satire,2\n", to: "twice.csv")
            let none = try folder.write("custom_id,x\nteg1_satire,1\n", to: "none.csv")
            try await InProcess.withSamples { _, run, _ in
                let first = try await run(
                    ["select", "--join", twice, "--columns", "x", "--where", "x!=null"] + satire()
                )
                #expect(first.lines == [#"{"x":"1"}"#])
                #expect(first.notes.contains("twice.csv': 1 row repeats a key"), "\(first.notes)")
                let empty = try await run(["select", "--join", none, "--columns", "x", "--limit", "3"] + satire())
                #expect(empty.notes.contains("no row has a value of a join source in 'x'"), "\(empty.notes)")
            }
        }
    }

    @Test func `large rows of a source are printed completely, once, and in order`() async throws {
        try await Scratch.use { folder in
            let text = String(repeating: "x", count: 2_000_000)
            let ids = (1...20).map { "ticket-\(String(format: "%04d", $0))" }
            let notes = try folder.write("custom_id,note\n" + ids.map { "\($0),\(text)\n" }.joined(), to: "notes.csv")
            try await InProcess.withSamples { _, run, _ in
                let batch = try Samples.id(of: "2024-10-support-tickets")
                let arguments = [
                    "select", "--join", notes, "--batch", batch, "--columns", "custom_id,note", "--where", "note!=null",
                    "--format", "csv",
                ]
                let all = await run(arguments).lines.dropFirst().map { ($0.prefix { $0 != "," }, $0.utf8.count) }
                #expect(Set(all.map(\.0)).count == all.count && all.count > 15)
                #expect(all.allSatisfy { $0.1 == 2_000_000 + 12 })
                let limited = await run(arguments + ["--limit", "12"]).lines.dropFirst().map { $0.prefix { $0 != "," } }
                #expect(Array(limited) == Array(all.prefix(12).map(\.0)))
            }
        }
    }
}
