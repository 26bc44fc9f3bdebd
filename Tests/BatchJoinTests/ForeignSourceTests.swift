import BatchArchive
import BlockGzip
import Foundation
import GRDB
import Tables
import Testing

@testable import BatchJoin

/// Sources as other programs write them.
struct ForeignSourceTests {
    // MARK: Delimited text

    @Test func `values of a TSV table are read as this program writes them`() async throws {
        let values = [
            "plain", "say \"hi\" now", "\"quoted\"", "a\tb", "two\nlines\r\n", "C:\\new\\table", "\\t", "\\", "", " é ",
        ]
        let ids = values.indices.map { "id-\($0)" }
        let writer = RowWriter(.tsv, keys: ["custom_id", "label", "note"])
        var table = writer.header
        for (id, value) in zip(ids, values) { writer.append([.text(id), .text(value), .text("x")], to: &table) }
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", ids.map { resultLine($0) })
        let report = try await ground.join(ground.settings([try ground.put(table, as: "labels.tsv")]))
        #expect(report.figures("labels") == [values.count, 0, 0, 0])
        #expect(try labels(in: ground) == values)
    }

    @Test func `other backslashes and quotes in TSV are ordinary characters`() async throws {
        let text = "custom_id\tlabel\r\na\tC:\\dir\\\r\nb\t\"open\r\n"
        #expect(try await labels(text, as: "labels.tsv") == ["C:\\dir\\", "\"open"])
    }

    @Test(arguments: [("csv", ";"), ("csv", "\t"), ("csv", "|"), ("tsv", ",")])
    func `another delimiter is recognized by the key in the header`(ending: String, delimiter: String) async throws {
        let rows = [["label", "custom_id"], ["\"x\(delimiter)1\"", "a"], ["y,2", "b"].map { "\"\($0)\"" }]
        let text = rows.map { $0.joined(separator: delimiter) + "\n" }.joined()
        #expect(try await labels(text, as: "labels.\(ending)") == ["x\(delimiter)1", "y,2"])
    }

    @Test func `a header without the key lists its columns, whatever the delimiter`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a")])
        let path = try ground.put("id;label\na;x\n", as: "labels.csv")
        await #expect(throws: JoinFailure(.noKeyColumn("custom_id", found: ["id", "label"]), path: path)) {
            try await ground.join(ground.settings([path]))
        }
    }

    @Test func `rows may end with CR alone`() async throws {
        let text = "custom_id,label\ra,x\rb,\"y\rz\"\r"
        #expect(try await labels(text, as: "labels.csv") == ["x", "y\rz"])
        #expect(try await labels("custom_id\tlabel\ra\tx\rb\ty", as: "labels.tsv") == ["x", "y"])
    }

    @Test func `an invalid row that ends with CR alone is skipped and counted as a line`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a"), resultLine("b")])
        let path = try ground.put("custom_id,label\ra,x\rz,\"\"z\rb,y\r", as: "labels.csv")
        let report = try await ground.join(ground.settings([path], policy: .skip))
        #expect(report.figures("labels") == [2, 0, 0, 0])
        #expect(report.sources[0].skipped.map(\.line) == [3])
    }

    @Test func `a CR inside a line that ends with LF stays in its cell`() async throws {
        #expect(try await labels("custom_id,label\na,x\ry\nb,z\n", as: "labels.csv") == ["x\ry", "z"])
    }

    // MARK: JSON

    @Test(arguments: ["[%,%]", "\u{FEFF} [\n  % ,\n  %\n]\n", "[%]\n[%]", "[]%[%]", "{\"requests\":[%]}[%]"])
    func `requests may be the elements of arrays`(form: String) async throws {
        let parts = form.split(separator: "%", omittingEmptySubsequences: false)
        let text = "\(parts[0])\(requestRow("a", "one"))\(parts[1])\(requestRow("b", "two"))\(parts[2])"
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a"), resultLine("b")])
        let report = try await ground.join(ground.settings([try ground.put(text, as: "requests.json")]))
        #expect(report.figures("request") == [2, 0, 0, 0])
        #expect(try ground.lines(.joined, of: "msgbatch_01")[1].contains("two"))
    }

    @Test func `an array that is not closed is an error`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a")])
        let path = try ground.put("[\(requestRow("a"))", as: "requests.json")
        await #expect(throws: JoinFailure.self) { try await ground.join(ground.settings([path])) }
    }

    // MARK: Limits

    /// The small row is in the first window, the large one exceeds it.
    @Test(arguments: [2_000, 3_000_000], ["ndjson", "csv", "csv.gz"])
    func `a row that is too long is reported or skipped`(size: Int, ending: String) async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a"), resultLine("b"), resultLine("c")])
        let long = String(repeating: "x", count: size)
        let rows =
            ending == "ndjson"
            ? [note("a", "1"), note("b", long), note("c", "3")]
            : ["custom_id,label", "a,1", "b,\"\(long)\"", "c,3"]
        var bytes = Array((rows.joined(separator: "\n") + "\n").utf8)
        if ending == "csv.gz" { bytes = try ZlibCodec(level: 6).member(holding: bytes.span) }
        let path = try ground.put(bytes, as: "labels.\(ending)")
        let line = ending == "ndjson" ? 2 : 3
        let byte = rows[..<(line - 1)].reduce(0) { $0 + $1.utf8.count + 1 }
        let cause = JoinFailure.Cause.row(line: line, byte: byte, reason: "the row is longer than 1000 bytes")
        await #expect(throws: JoinFailure(cause, path: path)) {
            try await ground.join(ground.settings([path], rowLimit: 1_000))
        }
        let report = try await ground.join(ground.settings([path], policy: .skip, rowLimit: 1_000))
        #expect(report.figures("labels") == [2, 1, 0, 0] && report.sources[0].skippedRows == 1)
    }

    @Test func `a header or an element that is too long ends the source`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a")])
        let long = String(repeating: "x", count: 3_000_000)
        let header = try ground.put("custom_id,\(long)", as: "labels.csv")
        let element = try ground.put("[\(requestRow("a")),\(requestRow("b", long))]", as: "requests.json")
        for (path, byte) in [(header, 0), (element, requestRow("a").utf8.count + 1)] {
            let cause = JoinFailure.Cause.row(line: 1, byte: byte, reason: "the row is longer than 1000 bytes")
            await #expect(throws: JoinFailure(cause, path: path)) {
                try await ground.join(ground.settings([path], policy: .skip, rowLimit: 1_000))
            }
        }
    }

    @Test func `a value of a database that is too long is reported`() async throws {
        let ground = try JoinGround()
        let path = try database(in: ground) { try $0.execute(sql: "INSERT INTO labels VALUES ('b', zeroblob(2000))") }
        let table = try #require(JoinTable(path + "#labels"))
        let cause = JoinFailure.Cause.database("row 2 of labels is longer than 1000 bytes")
        #expect(throws: JoinFailure(cause, path: path)) { try table.forEachRow(rowLimit: 1_000) { _ in } }
        #expect(try rows(of: table) == 2)
    }

    // MARK: Databases

    @Test func `a join waits for a locked database, then reports it`() throws {
        let ground = try JoinGround()
        let path = try database(in: ground)
        let table = try #require(JoinTable(path + "#labels"))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let owner = try DatabaseQueue(path: path, configuration: configuration)
        try owner.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        #expect(throws: JoinFailure(.locked(seconds: 5), path: path)) {
            try table.forEachRow(rowLimit: 1_000, whenLocked: .immediateError) { _ in }
        }
        var count = 0
        try table.forEachRow(
            rowLimit: 1_000,
            whenLocked: .callback { _ in
                (try? owner.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }) != nil
            }
        ) { _ in count += 1 }
        #expect(count == 1)
    }

    @Test func `a database with a write-ahead log is read if nothing can be written next to it`() throws {
        let ground = try JoinGround()
        let path = try database(in: ground, name: "100%3f?#.sqlite")
        let table = try #require(JoinTable(path + "#labels"))
        try blockSharedMemory(of: path)
        #expect(try rows(of: table) == 1)
    }

    @Test func `changes that are only in a write-ahead log are not left out`() throws {
        let ground = try JoinGround()
        let path = try database(in: ground, name: "owner.sqlite")
        let owner = try DatabaseQueue(path: path)
        try owner.write { try $0.execute(sql: "INSERT INTO labels VALUES ('b', 'new')") }
        let copy = ground.sources.appending(path: "copy.sqlite").path
        for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix) }
        try owner.close()
        try blockSharedMemory(of: copy)
        let table = try #require(JoinTable(copy + "#labels"))
        #expect(throws: JoinFailure(.unmergedChanges(in: copy + "-wal"), path: copy)) { try rows(of: table) }
    }

    /// Makes it impossible to create the file for shared memory, as on a read-only medium, even for root.
    private func blockSharedMemory(of path: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path + "-shm", withDestinationPath: "none/none")
    }

    private func rows(of table: JoinTable) throws -> Int {
        var count = 0
        try table.forEachRow(rowLimit: 100_000) { _ in count += 1 }
        return count
    }

    /// A database with a write-ahead log and one label.
    private func database(
        in ground: JoinGround,
        name: String = "labels.sqlite",
        _ fill: (Database) throws -> Void = { _ in }
    ) throws -> String {
        let path = ground.sources.appending(path: name).path
        var configuration = Configuration()
        configuration.journalMode = name == "labels.sqlite" ? .default : .wal
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { database in
            try database.execute(
                sql: "CREATE TABLE labels (custom_id TEXT, label); INSERT INTO labels VALUES ('a', 'x')"
            )
            try fill(database)
        }
        try queue.close()
        return path
    }
}

extension ForeignSourceTests {
    /// Joins results a and b with a table, and returns the labels.
    private func labels(_ text: String, as name: String) async throws -> [String?] {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a"), resultLine("b")])
        try await ground.join(ground.settings([try ground.put(text, as: name)]))
        return try labels(in: ground)
    }

    private func labels(in ground: JoinGround) throws -> [String?] {
        try ground.lines(.joined, of: "msgbatch_01")
            .map { line in
                let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return (row?["labels"] as? [String: Any])?["label"] as? String
            }
    }

    private func note(_ id: String, _ label: String) -> String {
        "{\"custom_id\":\"\(id)\",\"label\":\"\(label)\"}"
    }
}
