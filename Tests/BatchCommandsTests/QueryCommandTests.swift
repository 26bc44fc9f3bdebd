import BatchCommands
import Foundation
import Testing

/// `query` and its index, and `show` with that index.
struct QueryCommandTests {
    @Test func `SQL counts, sums and prices like select`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let sql = """
                SELECT model, count(*) AS rows, CASE WHEN count(*) = count(picodollars) THEN sum(picodollars) END AS cost
                FROM results WHERE result_type = 'succeeded' GROUP BY 1 ORDER BY 1
                """
            let query = await run(["query", sql, "--format", "csv"])
            let select = await run([
                "select", "--result", "succeeded", "--by", "model", "--columns", "cost", "--format", "csv",
            ])
            #expect(query.status == .done, "\(query.notes)")
            // Compares dollars with up to twelve decimals with whole pico-dollars.
            let expected = select.lines.dropFirst()
                .map { line in
                    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
                    let parts = cells[2].split(separator: ".", omittingEmptySubsequences: false)
                    guard let whole = parts.first, !whole.isEmpty else { return "\(cells[0]),\(cells[1])," }
                    let places = parts.count > 1 ? String(parts[1]) : ""
                    let digits = "\(whole)\(places)\(String(repeating: "0", count: 12 - places.count))"
                    return "\(cells[0]),\(cells[1]),\(Int(digits) ?? -1)"
                }
            #expect(Array(query.lines.dropFirst()) == expected)
            #expect(query.lines.count == 19)
            let file = archive.url.appending(path: "results.sqlite").path
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func `the index follows changes of the archive`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let count = ["query", "SELECT count(*) FROM results", "--format", "csv"]
            #expect(await run(count).lines.last == "1053")
            let path = archive.url.appending(path: try archive.file(in: "manifests", "date=2025-06"))
            let manifest = try Data(contentsOf: path)
            try FileManager.default.removeItem(at: path)
            #expect(await run(count).lines.last == "982")
            try manifest.write(to: path)
            #expect(await run(count).lines.last == "1053")
            try FileManager.default.removeItem(at: archive.url.appending(path: "results.sqlite"))
            #expect(await run(count).lines.last == "1053")
        }
    }

    @Test func `a query cannot write, and invalid SQL is reported`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let delete = await run(["query", "DELETE FROM results"])
            for sql in ["DELETE FROM batches", "DELETE FROM runs", "CREATE TEMP TABLE t (a)", "DROP VIEW results"] {
                let change = await run(["query", sql])
                #expect(change.status == .usage && change.notes.contains("readonly"), "\(sql): \(change.notes)")
            }
            #expect(delete.status == .usage && delete.notes.contains("invalid query"), "\(delete.notes)")
            #expect(await run(["query", "SELECT count(*) AS n FROM results"]).output == "{\"n\":1053}\n")
            let two = await run(["query", "SELECT 1; SELECT 2"])
            #expect(two.notes.contains("error: invalid query: it is more than one statement\n"), "\(two.notes)")
            let unknown = await run(["query", "SELECT nobody FROM results"])
            #expect(unknown.status == .usage && unknown.notes.contains("no such column: nobody"))
        }
    }

    @Test func `a result of many rows is complete in every format`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let count = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 2500)"
            let sql = "\(count) SELECT n, n / 2.0 AS n, CASE n % 2 WHEN 0 THEN 'a,\"b' END AS t FROM c"
            let ndjson = await run(["query", sql])
            #expect(ndjson.lines.count == 2_500 && ndjson.lines.last == #"{"n":2500,"n_2":1250.0,"t":"a,\"b"}"#)
            let csv = await run(["query", sql, "--format", "csv"])
            #expect(csv.lines.count == 2_501 && csv.lines[0] == "n,n_2,t" && csv.lines[1] == "1,0.5,")
            #expect(csv.lines.last == #"2500,1250.0,"a,""b""#)
            #expect(await run(["query", sql, "--format", "json"]).rows.count == 2_500)
            #expect(await run(["query", sql, "--format", "table"]).lines.count == 2_502)
            let tsv = await run(["query", sql, "--format", "tsv"]).lines
            #expect(tsv.count == 2_501 && tsv.last == "2500\t1250.0\ta,\"b")
            #expect(await run(["query", sql, "--format", "markdown"]).lines.last == "| 2,500 | 1,250.00 | a,\"b |")
            #expect(await run(["query", sql, "--limit", "1001"]).lines.count == 1_001)
            let none = await run(["query", "SELECT 1 AS n WHERE 0", "--format", "csv"])
            #expect(none.status == .done && none.output == "n\n")
        }
    }

    @Test func `an empty archive can be queried`() async throws {
        try await withTemporaryFolder { folder in
            let manifests = folder.appending(path: "manifests")
            try FileManager.default.createDirectory(at: manifests, withIntermediateDirectories: true)
            let query = await InProcess.run(
                ["query", "SELECT count(*) AS n FROM results", "--archive", folder.path],
                at: "http://127.0.0.1:9"
            )
            #expect(query.status == .done && query.output == "{\"n\":0}\n", "\(query.notes)")
            let select = await InProcess.run(["select", "--archive", folder.path], at: "http://127.0.0.1:9")
            #expect(select.status == .done && select.notes.contains("warning: the archive has no batches"))
        }
    }

    @Test(arguments: ["top-errors", "cost-by-day", "unusable", "largest-answers", "batches", "last-runs"])
    func `every named query returns rows`(name: String) async throws {
        try await InProcess.withSamples { _, run, _ in
            let query = await run(["query", "--named", name, "--limit", "1", "--format", "table"])
            #expect(query.status == .done && query.lines.count == 3, "\(query.output)\(query.notes)")
        }
    }

    @Test(arguments: ["cost-by-day", "unusable"])
    func `a named query with costs counts the requests without a price`(name: String) async throws {
        try await InProcess.withSamples { _, run, _ in
            let rows = await run(["query", "--named", name, "--format", "json"]).rows
            for row in rows where row["cost_usd"] is NSNull {
                #expect(row["unpriced_requests"] as? Int == row["requests"] as? Int, "\(row)")
            }
            #expect(!rows.isEmpty && rows.allSatisfy { $0["unpriced_requests"] is Int })
        }
    }

    @Test func `costs are those of the rows, to the last digit`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let sum = "FROM results WHERE model = 'claude-3-haiku-20240307' AND result_type = 'succeeded'"
            let exact = await run(["query", "SELECT sum(picodollars) \(sum)", "--format", "csv"])
            let select = await run([
                "select", "--where", "model=claude-3-haiku-20240307", "--result", "succeeded", "--by", "model",
                "--columns", "cost_usd", "--format", "csv",
            ])
            let dollars = try #require(
                select.lines.last?.split(separator: ",").last.flatMap { Decimal(string: String($0)) }
            )
            #expect(exact.lines.last == "\(dollars * 1_000_000_000_000)", "\(select.output)\(exact.output)")
            let rounded = await run(["query", "SELECT round(sum(cost_usd), 9) AS n \(sum)", "--format", "csv"])
            #expect(rounded.lines.last.flatMap { Decimal(string: $0) } == dollars, "\(rounded.output)")
            let unpriced = await run([
                "query", "SELECT DISTINCT price_note FROM results WHERE cost_usd IS NULL AND model IS NOT NULL",
            ])
            #expect(unpriced.lines == ["{\"price_note\":\"unpriced\"}"], "\(unpriced.output)")
        }
    }

    @Test func `a table shows costs with all their digits and equal decimals`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let sql = "SELECT custom_id, cost_usd FROM results WHERE cost_usd > 0 AND cost_usd < 0.0001 LIMIT 20"
            let table = await run(["query", sql, "--format", "table"]).lines.dropFirst(2)
            let costs = table.compactMap { $0.split(separator: " ").last }
            #expect(!costs.isEmpty && Set(costs.map(\.count)).count == 1, "\(costs)")
            let exact = await run(["query", sql, "--format", "csv"]).lines.dropFirst()
                .compactMap { $0.split(separator: ",").last }
            #expect(exact.allSatisfy { !$0.contains("e") && $0.hasPrefix("0.0000") }, "\(exact)")
            func amounts(_ texts: [Substring]) -> [Decimal] { texts.compactMap { Decimal(string: String($0)) } }
            #expect(amounts(costs) == amounts(exact))
        }
    }

    @Test(arguments: [
        ("SELECT 0.1 + 0.2 AS n UNION ALL SELECT 10", ["0.30", "10.00"]),
        ("SELECT 1234.5 AS n UNION ALL SELECT NULL", ["1,234.50", "–"]),
        ("SELECT 7 AS n UNION ALL SELECT 1234", ["7", "1,234"]),
        ("SELECT 'x' AS n UNION ALL SELECT 2.5", ["2.5", "x"]),
    ])
    func `the numbers of a column have equal decimals`(sql: String, expected: [String]) async throws {
        try await InProcess.withGenerated { _, run, _ in
            let run = await run(["query", sql, "--format", "table"])
            let cells = run.lines.dropFirst(2).map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(cells.sorted() == expected.sorted(), "\(run.output)\(run.notes)")
        }
    }

    @Test func `runs come from the catalog, and there are none without one`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let sql = "SELECT command, exit_status, json_extract(counts, '$.archived_now') AS n FROM runs"
            let runs = await run(["query", sql])
            #expect(
                runs.output.hasPrefix("{\"command\":\"export\",\"exit_status\":") && runs.lines.count == 1,
                "\(runs.output)"
            )
            for name in archive.files(in: "") where name.hasPrefix("catalog.sqlite") {
                try FileManager.default.removeItem(at: archive.url.appending(path: name))
            }
            let none = await run(["query", sql])
            #expect(
                none.status == .done && none.output == "" && none.notes.contains("the table runs is empty"),
                "\(none.notes)"
            )
        }
    }

    @Test func `the printed schema names every column`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let schema = await run(["query", "--schema"]).output
            for table in ["results", "batches", "errors", "runs"] {
                let header = await run(["query", "SELECT * FROM \(table)", "--limit", "1", "--format", "csv"])
                let names = header.lines.first?.split(separator: ",") ?? []
                #expect(names.count > 5 && schema.contains(" \(table) "), "\(table): \(header.notes)")
                for name in names { #expect(schema.contains(" \(name)"), "\(table).\(name)") }
            }
        }
    }

    @Test func `the rows of the index are the flat rows`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let columns =
                "batch_id,custom_id,line_number,result_type,model,message_id,stop_reason,input_tokens,"
                + "cache_read_tokens,output_tokens,error_type,error_message,error_request_id,error_class,text_bytes,usable,"
                + "batch_created_at,batch_ended_at,raw_bytes"
            let query = await run([
                "query", "SELECT \(columns) FROM results ORDER BY batch_created_at, batch_id, line_number", "--format",
                "csv",
            ])
            let select = await run(["select", "--columns", columns, "--format", "csv"])
            func flat(_ lines: [String]) -> [String] {
                lines.map { $0.replacing(",true,", with: ",1,").replacing(",false,", with: ",0,") }.sorted()
            }
            #expect(flat(query.lines) == flat(select.lines) && query.lines.count == 1_054)
        }
    }

    @Test func `an index of another version is rebuilt, and show works without it`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let sql = ["query", "SELECT count(*) AS n FROM results"]
            let first = await run(sql).output
            // The header field that SQLite reserves for applications.
            try archive.change("results.sqlite") { $0[63] = 7 }
            #expect(await run(["show", "q001", "--raw"]).notes.contains("result index not found"))
            #expect(await run(sql).output == first)
        }
    }

    @Test func `an unreadable file excludes its batch and ends with status 4`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            try archive.change(archive.file(in: "results", "date=2025-06")) { $0.removeLast(20) }
            let query = await run(["query", "SELECT count(*) AS n, count(DISTINCT batch_id) AS b FROM results"])
            #expect(query.status == .integrity && query.notes.contains("date=2025-06-17"))
            #expect(query.output == "{\"n\":982,\"b\":13}\n")
        }
    }

    @Test func `a folder in the place of the index is an error with advice`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let folder = archive.url.appending(path: "results.sqlite")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let query = await run(["query", "SELECT 1"])
            #expect(query.status == .error && query.notes.contains("hint: remove it"), "\(query.notes)")
            #expect(FileManager.default.fileExists(atPath: folder.path))
        }
    }

    @Test(arguments: [[], ["--named", "nobody"], ["SELECT 1", "--named", "batches"]])
    func `invalid options are rejected`(arguments: [String]) async {
        let run = await InProcess.run(["query"] + arguments, at: "http://127.0.0.1:9")
        #expect(run.status == .usage && run.output == "", "\(run.notes)")
    }

    @Test func `show finds a line through the index without reading any other file`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let scanned = await run(["show", "ticket-0007"])
            #expect(scanned.notes.contains("result index not found"))
            _ = await run(["query", "SELECT 1"])
            try archive.change(archive.file(in: "raw", "date=2025-06")) { $0.removeLast(20) }
            let indexed = await run(["show", "ticket-0007"])
            #expect(indexed.output == scanned.output && indexed.status == .done && indexed.notes == "")
        }
    }
}
