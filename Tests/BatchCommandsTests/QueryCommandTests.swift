import BatchCommands
import Foundation
import Testing

/// `query` and the index it keeps, and `show` through that index.
struct QueryCommandTests {
    @Test func `SQL counts, sums and prices as select does`() async throws {
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
            // Dollars with up to twelve places against a whole number of their last place.
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

    @Test func `the index follows the archive`() async throws {
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

    @Test func `nothing can be written, and bad SQL is told`() async throws {
        try await InProcess.withSamples { _, run, _ in
            let delete = await run(["query", "DELETE FROM results"])
            #expect(delete.status == .usage && delete.notes.contains("readonly"), "\(delete.notes)")
            #expect(await run(["query", "SELECT count(*) AS n FROM results"]).output == "{\"n\":1053}\n")
            let unknown = await run(["query", "SELECT nobody FROM results"])
            #expect(unknown.status == .usage && unknown.notes.contains("no such column: nobody"))
        }
    }

    @Test(arguments: ["top-errors", "cost-by-day", "unusable", "largest-answers", "batches"])
    func `every named query gives rows`(name: String) async throws {
        try await InProcess.withSamples { _, run, _ in
            let query = await run(["query", "--named", name, "--limit", "3", "--format", "table"])
            #expect(query.status == .done && query.lines.count == 5, "\(query.output)\(query.notes)")
        }
    }

    @Test func `a file that cannot be read leaves its batch out and ends with 4`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            try archive.change(archive.file(in: "results", "date=2025-06")) { $0.removeLast(20) }
            let query = await run(["query", "SELECT count(*) AS n, count(DISTINCT batch_id) AS b FROM results"])
            #expect(query.status == .integrity && query.notes.contains("date=2025-06-17"))
            #expect(query.output == "{\"n\":982,\"b\":13}\n")
        }
    }

    @Test func `an index that is none is an error with advice`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            try Data("no database at all, but long enough to be read as one".utf8)
                .write(to: archive.url.appending(path: "results.sqlite"))
            let query = await run(["query", "SELECT 1"])
            #expect(query.status == .error && query.notes.contains("It can be removed at any time"), "\(query.notes)")
        }
    }

    @Test(arguments: [[], ["--named", "nobody"], ["SELECT 1", "--named", "batches"]])
    func `bad use is refused`(arguments: [String]) async {
        let run = await InProcess.run(["query"] + arguments, at: "http://127.0.0.1:9")
        #expect(run.status == .usage && run.output == "", "\(run.notes)")
    }

    @Test func `show finds a line through the index without reading any other file`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let scanned = await run(["show", "ticket-0007"])
            #expect(scanned.notes.contains("There is no index"))
            _ = await run(["query", "SELECT 1"])
            try archive.change(archive.file(in: "raw", "date=2025-06")) { $0.removeLast(20) }
            let indexed = await run(["show", "ticket-0007"])
            #expect(indexed.output == scanned.output && indexed.status == .done && indexed.notes == "")
        }
    }
}
