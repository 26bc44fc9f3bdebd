import BatchArchive
import BlockGzip
import Foundation
import Testing

@testable import BatchJoin

/// Sources in every format, and what is wrong with them.
struct JoinSourceTests {
    private let results = [resultLine("a"), resultLine("b"), resultLine("c")]

    @Test(arguments: ["\n", ""])
    func `requests may follow without line ends, and as a body`(separator: String) async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", results)
        let rows = [requestRow("b"), requestRow("a"), requestRow("z")]
        let list = try ground.put(rows.joined(separator: separator), as: "list.jsonl")
        let body = try ground.put("{\"requests\":[\(rows.joined(separator: ","))]}", as: "body.json")
        for path in [list, body] {
            let report = try await ground.join(ground.settings([path]))
            #expect(report.figures("request") == [2, 1, 1, 0])
            let joined = try ground.lines(.joined, of: "msgbatch_01")
            #expect(joined[0].contains("\"request\":\(rows[1]),\"result\":\(resultValue())"))
        }
    }

    @Test func `a request of several lines becomes part of one`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a")])
        let source = try ground.put("{\n \"custom_id\": \"a\",\r\n \"params\": {\"t\": \"x y\"}\n}", as: "r.json")
        try await ground.join(ground.settings([source]))
        let line = try #require(try ground.lines(.joined, of: "msgbatch_01").first)
        #expect(line.contains("\"request\":{\"custom_id\":\"a\",\"params\":{\"t\":\"x y\"}},\"result\""))
    }

    @Test func `columns of CSV and TSV stand under the stem, compressed ones too`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", results)
        let csv = Array("custom_id,label,note\na,\"x\ny\",\nc,z,\"q\"\"q\"\n".utf8)
        let tsv = try ground.put("\u{FEFF}custom_id\tqueue\nb\tfirst\n", as: "queues.tsv")
        let zipped = try ground.put(ZlibCodec(level: 6).member(holding: csv.span), as: "labels.csv.gz")
        let report = try await ground.join(ground.settings([zipped, tsv]))
        #expect(report.figures("labels") == [2, 1, 0, 0])
        #expect(report.figures("queues") == [1, 2, 0, 0])
        let lines = try ground.lines(.joined, of: "msgbatch_01")
        #expect(lines[0].contains(#""labels":{"label":"x\ny","note":""},"queues":null,"result""#))
        #expect(lines[1].contains(#""labels":null,"queues":{"queue":"first"},"result""#))
    }

    @Test func `flat rows carry the columns behind them, always as strings`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", results)
        let csv = try ground.put("custom_id,n\na,007\n", as: "numbers.csv")
        let notes = [#"{"custom_id":"b","score":1.50,"tags":["x"]}"#, #"{"custom_id":"c","why":null,"score":"ü"}"#]
        let json = try ground.put(notes.joined(separator: "\n"), as: "notes.ndjson")
        try await ground.join(ground.settings([csv, json], form: .flat))
        let lines = try ground.lines(.joined, of: "msgbatch_01")
        let ends = [
            #""numbers_n":"007","notes_score":null,"notes_tags":null,"notes_why":null}"#,
            #""numbers_n":null,"notes_score":"1.50","notes_tags":"[\"x\"]","notes_why":null}"#,
            #""numbers_n":null,"notes_score":"ü","notes_tags":null,"notes_why":null}"#,
        ]
        for (line, end) in zip(lines, ends) {
            #expect(line.hasPrefix("{\"batch_id\":\"msgbatch_01\",\"custom_id\":") && line.hasSuffix(end), "\(line)")
        }
        try await ground.join(
            ground.settings([try ground.put("custom_id\nz\n", as: "z.csv")], kind: .missing, form: .flat)
        )
        let missing = try ground.lines(.joined, of: "msgbatch_01")
        #expect(
            missing.count == 1
                && missing[0].hasPrefix(#"{"batch_id":"msgbatch_01","custom_id":"z","line_number":null,"#)
        )
    }

    @Test func `digits are text, and a number is no key`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("7"), resultLine("007")])
        let csv = try ground.put("custom_id,label\n007,bond\n", as: "labels.csv")
        #expect(try await ground.join(ground.settings([csv])).figures("labels") == [1, 1, 0, 0])
        let json = try ground.put("{\"custom_id\":\"7\",\"x\":1}\n{\"custom_id\":7,\"x\":2}\n", as: "n.ndjson")
        let reason = "the object has no custom_id that is a string"
        await #expect(throws: JoinFailure(.row(line: 2, byte: 24, reason: reason), path: json)) {
            try await ground.join(ground.settings([json]))
        }
        let report = try await ground.join(ground.settings([json], policy: .skip))
        #expect(report.figures("n") == [1, 1, 0, 0])
        #expect(report.sources[0].skipped == [JoinSourceFindings.Place(line: 2, byte: 24)])
    }

    @Test func `rows that cannot be read are skipped where that is wanted`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", results)
        let text = "\(requestRow("a"))\n{\"custom_id\":\"b\",,}\n\(requestRow("c"))\n{\"custom_id\":\"b\""
        let report = try await ground.join(ground.settings([try ground.put(text, as: "r.jsonl")], policy: .skip))
        #expect(report.figures("request") == [2, 1, 0, 0])
        #expect(report.sources[0].skippedRows == 2)
        #expect(report.sources[0].skipped.map(\.line) == [2, 4])
    }

    @Test func `of equal keys the first counts, and the others are listed`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", results)
        let rows = [
            requestRow("a", "first"), requestRow("b"), requestRow("\\u0061", "second"), requestRow("a", "third"),
        ]
        let source = try ground.put(rows.joined(separator: "\n"), as: "r.jsonl")
        let report = try await ground.join(ground.settings([source]))
        #expect(report.figures("request") == [2, 1, 0, 2])
        #expect(report.sources[0].duplicates.map(\.line) == [3, 4])
        #expect(try ground.lines(.joined, of: "msgbatch_01")[0].contains("first"))
    }

    @Test func `sources that are none are refused by name`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", results)
        let texts: [(String, [UInt8], JoinFailure.Cause)] = [
            ("a.csv", Array("id,x\n".utf8), .noKeyColumn("custom_id", found: ["id", "x"])),
            ("a.ndjson", Array("{\"id\":\"a\"}".utf8), .noKeyColumn("custom_id", found: ["id"])),
            ("a.txt", Array("x".utf8), .unknownFormat), ("b.csv", [0xFF, 0xFE, 0x61, 0x00], .encoding("UTF-16")),
            ("c.sqlite", Array("x".utf8), .noTable), ("d.db#", Array("x".utf8), .noTable),
            ("result.csv", Array("custom_id\na\n".utf8), .name("result")),
            (
                "c.jsonl", Array("{\"custom_id\":\"a\",\"params\":{}} x".utf8),
                .row(line: 1, byte: 30, reason: "expected an object")
            ),
        ]
        for (name, bytes, cause) in texts {
            let path = try ground.put(bytes, as: name)
            await #expect(throws: JoinFailure(cause, path: path)) { try await ground.join(ground.settings([path])) }
        }
        let none = ground.sources.path + "/none.csv"
        await #expect(throws: JoinFailure(.notFound, path: none)) { try await ground.join(ground.settings([none])) }
        let cut = try ground.put([0x1F, 0x8B, 8, 0], as: "cut.jsonl.gz")
        await #expect(throws: JoinFailure.self) { try await ground.join(ground.settings([cut])) }
        #expect(try ground.paths().filter { $0.hasPrefix("_partial/") || $0.hasPrefix("joined/") }.isEmpty)
    }

    @Test func `a source that is cut off or written to is an error`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", results)
        let path = try ground.put([requestRow("a"), requestRow("b")].joined(separator: "\n"), as: "r.jsonl")
        let manifests = try await ground.manifests()
        for change in [String(requestRow("a").dropLast(3)), requestRow("a") + "\n" + requestRow("c")] {
            try ground.put([requestRow("a"), requestRow("b")].joined(separator: "\n"), as: "r.jsonl")
            let prepared = try PreparedJoin(ground.settings([path]))
            // In place, as an editor or a shell does; the descriptor stays on the file.
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: Data(change.utf8))
            try handle.close()
            await #expect(throws: JoinFailure(.changed, path: path)) {
                try await JoinRun(in: ground.folder).run(manifests, with: prepared)
            }
        }
        #expect(try ground.paths().filter { $0.hasPrefix("_partial/") }.isEmpty)
    }
}
