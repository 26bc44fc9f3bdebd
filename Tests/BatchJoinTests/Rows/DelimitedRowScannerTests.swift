import JSONLines
import Testing

@testable import BatchJoin

/// CSV and TSV after RFC 4180.
struct DelimitedRowScannerTests {
    @Test func `cells hold separators, line ends and quotes between quotes`() throws {
        let text =
            "custom_id,label,note\r\n007,\"a, b\",\"two\nlines\r\nand \"\"quotes\"\"\"\n7,,\"\"\n\n\"x\"\"y\",1,2"
        let (ids, cells) = try read(text)
        #expect(ids == ["007", "7", "x\"y"])
        #expect(cells[0] == ["007", "a, b", "two\nlines\r\nand \"quotes\""])
        #expect(cells[1] == ["7", "", ""])
        #expect(cells[2] == ["x\"y", "1", "2"])
    }

    @Test func `a source cut anywhere into windows gives the same rows`() throws {
        let text = "label,custom_id\r\n\"é\n\",\"a\"\"b\"\r\n🙂,c\nz,d"
        #expect(try read(text).ids == ["a\"b", "c", "d"])
        try expectEqualRows(text)
        let oldText = "label,custom_id\r\"é\r\",a\r🙂,c\r\nz,d\r"
        #expect(try read(oldText).ids == ["a", "c", "d"])
        try expectEqualRows(oldText)
    }

    private func expectEqualRows(_ text: String) throws {
        let whole = try read(text)
        for length in 1..<text.utf8.count {
            let cut = try read(text, windowOf: length)
            #expect(cut.ids == whole.ids && cut.cells == whole.cells, "windows of \(length)")
        }
    }

    @Test func `tabs separate, and a batch column belongs to the key`() throws {
        let text = "batch_id\tid\tlabel\nb1\tx\ta,b\n"
        let (scanner, start) = try header(text, DelimitedRecords.tsv, key: "id")
        var rows = JoinRowScanner.delimited(scanner)
        let found = try Found(String(text.dropFirst(start)), &rows)
        #expect(found.rows.map(\.key) == [JoinKey(id: Array("x".utf8), batch: Array("b1".utf8))])
        #expect(scanner.header.indices.filter { scanner.isData($0) } == [2])
    }

    @Test(arguments: [
        ("a,b,c\n", "the row has 3 cells, the header has 2", 0), ("a\n", "the row has 1 cell", 0),
        (",b\n", "its custom_id is empty", 0), ("a,b\"c\n", "a quote inside a cell", 3),
        ("\"a\"b,c\n", "text after a closing quote", 3), ("a,\"b\nc", "never closed", 2),
    ])
    func `what is no row is told with its place`(text: String, reason: String, offset: Int) throws {
        let (scanner, _) = try header("custom_id,label\n")
        var rows = JoinRowScanner.delimited(scanner)
        do {
            _ = try Found(text, &rows)
            Issue.record("it was read")
        } catch {
            #expect(error.reason.contains(reason), "\(error.reason)")
            #expect(error.offset == offset)
        }
    }

    @Test func `bytes that are not UTF-8 are refused`() throws {
        let (scanner, _) = try header("custom_id,label\n")
        var rows = JoinRowScanner.delimited(scanner)
        var position = 0
        let window = Array("a,".utf8) + [0xE9, 0x0A]
        #expect(throws: JoinRowError(at: 0, "bytes that are not UTF-8", next: 4)) {
            try rows.next(in: window, from: &position, isLast: true)
        }
    }

    @Test func `a header without the key, or with a column twice, is refused`() {
        #expect(throws: DelimitedRowScanner.HeaderError.noKeyColumn(["id", "x"])) { try header("id,x\n") }
        #expect(throws: DelimitedRowScanner.HeaderError.repeatedColumn("x")) { try header("custom_id,x,x\n") }
        // é and e + U+0301 are two columns.
        #expect(throws: Never.self) { try header("custom_id,\u{E9},e\u{301}\n") }
    }

    private func header(
        _ text: String,
        _ records: DelimitedRecords = .csv,
        key: String = "custom_id"
    ) throws -> (scanner: DelimitedRowScanner, end: Int) {
        let header = try DelimitedRowScanner.reading(
            headerOf: Array(text.utf8),
            records: records,
            keyName: key,
            isLast: true
        )
        return try #require(header)
    }

    private func read(_ text: String, windowOf length: Int = .max) throws -> (ids: [String], cells: [[String]]) {
        let (scanner, start) = try header(text)
        var rows = JoinRowScanner.delimited(scanner)
        let rest = String(decoding: Array(text.utf8)[start...], as: UTF8.self)
        let found = try Found(rest, &rows, windowOf: length)
        let cells = found.bytes.map { row in
            scanner.cells(atStartOf: Array(row.utf8)).map { String(decoding: $0, as: UTF8.self) }
        }
        return (found.rows.map { String(decoding: $0.key.id, as: UTF8.self) }, cells)
    }
}
