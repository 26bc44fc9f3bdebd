import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// Custom IDs that are valid but unusual, on their way through a join, the index and CSV.
struct OddIDTests {
    @Test func `keys of a database with U+0000, quotes or a line feed join their own result only`() async throws {
        let ids = ["a", "a\0b", "q\"'", "l\nf", String(repeating: "x", count: 65_536)]
        func json(_ text: String) throws -> String { String(decoding: try JSONEncoder().encode(text), as: UTF8.self) }
        let lines = try ids.map { #"{"custom_id":\#(try json($0)),"result":{"type":"canceled"}}"# + "\n" }
        var scenario = try Scenario.generated(lines: 5, batches: 1)
        let counts = #"{"processing":0,"succeeded":0,"errored":0,"canceled":5,"expired":0}"#
        scenario.faults = [
            Fault(.results(.replaced(Array(lines.joined().utf8))), on: [.results]),
            Fault(.batchMember("request_counts", counts), on: [.list, .retrieve]),
        ]
        try await InProcess.export(scenario) { run, archive, _ in
            #expect(run.status == .done, "\(run.notes)")
            let path = archive.url.appending(path: "labels.sqlite").path
            let rows = try ids.map { "[\(try json($0)), \(try json("label of " + $0.prefix(9)))]" }
            try runPython(
                """
                import json, sqlite3, sys
                with sqlite3.connect(sys.argv[1]) as database:
                    database.execute("CREATE TABLE labels (custom_id TEXT, label TEXT)")
                    database.executemany("INSERT INTO labels VALUES (?, ?)", json.loads(sys.stdin.read()))
                """,
                [path],
                input: "[\(rows.joined(separator: ","))]"
            )
            let joined = await InProcess.offline(["join", "--json", "--join", path + "#labels"], on: archive)
            let side = try #require((joined.document["sources"] as? [[String: Any]])?.first)
            #expect(side["matched"] as? Int == 5 && side["requests_without_result"] as? Int == 0)
            let file = try #require(archive.files(in: "joined").first)
            let content = String(decoding: try archive.content(of: "joined/\(file)"), as: UTF8.self)
            for line in content.split(separator: "\n") {
                let object = try #require(jsonObject(line))
                let label = (object["labels"] as? [String: Any])?["label"] as? String
                #expect(label == "label of \((object["custom_id"] as? String ?? "?").prefix(9))")
            }
            // The same IDs, from the index and from raw, in CSV for another reader, and one by one.
            for command in [
                ["query", "SELECT custom_id FROM results ORDER BY line_number", "--format", "csv"],
                ["select", "--columns", "custom_id", "--format", "csv"],
            ] {
                let table = await InProcess.offline(command, on: archive)
                let read = try runPython(
                    "import csv, json, sys; print(json.dumps([row[0] for row in csv.reader(sys.stdin)]))",
                    input: table.output
                )
                #expect(try JSONDecoder().decode([String].self, from: read) == ["custom_id"] + ids, "\(command)")
            }
            for id in ids where !id.contains("\0") {
                let show = await InProcess.offline(["show", id, "--json"], on: archive)
                #expect((show.document["row"] as? [String: Any])?["custom_id"] as? String == id, "\(show.notes)")
            }
        }
    }
}
