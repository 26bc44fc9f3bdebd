import Testing

@testable import BatchJoin

/// Finding the rows of JSON sources, however the bytes arrive.
struct JSONRowScannerTests {
    private let rows = [
        #"{"custom_id":"a","params":{"model":"m","x":["}",{"y":"\"{"}]}}"#,
        #"{ "params" : {} , "custom_id" : "b\u0063" }"#,
        #"{"custom_id":"gr\u00fc\u00dfe 🙂 é","params":{"t":"𝄞"}}"#,
    ]
    private let ids = ["a", "bc", "grüße 🙂 é"]

    @Test func `rows are found with and without line ends between them`() throws {
        for separator in ["\n", "", "\r\n", " ", "\n\n"] {
            try expect(Found(rows.joined(separator: separator)), in: separator)
        }
    }

    @Test func `a body gives its requests, whatever stands around the list`() throws {
        let list = "[" + rows.joined(separator: " ,\n") + "]"
        for body in [
            "{\"requests\":\(list)}", "{ \"requests\" : \(list) , \"more\" : [1, {\"a\":2}] }\n",
            "{\"note\":{\"requests\":[]},\"requests\":\(list)}",
        ] { try expect(Found(body), in: body) }
    }

    @Test func `several bodies and rows may follow one another`() throws {
        let text = "{\"requests\":[\(rows[0])]}\n{\"requests\":[]}\(rows[1])\n{\"requests\":[\(rows[2])]}"
        try expect(Found(text), in: text)
    }

    @Test func `a source cut anywhere into windows gives the same rows`() throws {
        let text = "{\"requests\":[\(rows[0]),\(rows[1])], \"end\":true}\n\(rows[2])"
        for length in 1..<text.utf8.count {
            try expect(Found(text, windowOf: length), in: "windows of \(length)")
        }
    }

    @Test func `a row gives its exact bytes and its id as spelled`() throws {
        let found = try Found(rows.joined(separator: "\n"))
        #expect(found.bytes == rows)
        #expect(found.rows.map { String(decoding: $0.idText, as: UTF8.self) }[1] == #""b\u0063""#)
    }

    @Test func `the key may have another name, and a batch may stand beside it`() throws {
        var scanner = JoinRowScanner.json(JSONRowScanner(keyName: "id", hasBatch: true))
        let found = try Found(#"{"id":"x","batch_id":"b1","custom_id":"no"}"#, &scanner)
        #expect(found.rows.map(\.key) == [JoinKey(id: Array("x".utf8), batch: Array("b1".utf8))])
    }

    @Test(arguments: [
        (#"{"custom_id":7}"#, "no custom_id that is a string", 0),
        (#"{"params":{}}"#, "no custom_id that is a string", 0),
        (#"{"custom_id":""}"#, "its custom_id is empty", 0),
        (#"[1]"#, "expected an object", 1),
        ("{\"custom_id\":\"\u{1}\"}", "a control character", 14),
        (#"{"custom_id":"a""#, "ends in the middle", 16),
        (#"{"requests":[{"custom_id":"a"}"#, "not closed", 30),
        (#"{"requests":[{"custom_id":"a"} 1]}"#, "expected ','", 31),
        (#"{"requests":[],"x""#, "ends after a key", 18), (#"{"requests":[],"x":"#, "ends in the middle", 19),
        (#"{"requests":[{"custom_id":"a"},"#, "not closed", 31), (#"{"requests":["#, "not closed", 13),
        (#"{"requests":[]"#, "not closed", 14), (#"{"requests":[],1:2}"#, "expected a key", 15),
    ])
    func `what is no row is told with its place`(text: String, reason: String, offset: Int) {
        do {
            let found = try Found(text)
            Issue.record("read \(found.rows.count) rows")
        } catch {
            #expect(error.reason.contains(reason), "\(error.reason)")
            #expect(error.offset == offset)
        }
    }

    @Test func `a row without a key is passed, one that is no JSON tells no next place`() {
        #expect(throws: JoinRowError(at: 0, "its custom_id is empty", next: 16)) { try Found(#"{"custom_id":""} {}"#) }
        do {
            _ = try Found(#"{"custom_id":x}"#)
        } catch {
            #expect(error.next == nil && !error.endsSource)
        }
    }

    private func expect(_ found: Found, in text: String) throws {
        #expect(found.rows.map { String(decoding: $0.key.id, as: UTF8.self) } == ids, "\(text)")
        #expect(found.bytes == rows, "\(text)")
    }
}

/// The rows of a text, scanned in windows that grow as a reader's do.
struct Found {
    var rows: [JoinRow] = []
    /// The bytes of each row.
    var bytes: [String] = []

    init(_ text: String, windowOf length: Int = .max) throws(JoinRowError) {
        var scanner = JoinRowScanner.json(JSONRowScanner())
        try self.init(text, &scanner, windowOf: length)
    }

    init(_ text: String, _ scanner: inout JoinRowScanner, windowOf length: Int = .max) throws(JoinRowError) {
        let all = Array(text.utf8)
        var (base, end, position) = (0, min(length, all.count), 0)
        while true {
            let window = Array(all[base..<end])
            switch try scanner.next(in: window, from: &position, isLast: end == all.count) {
            case .row(let row):
                rows.append(row)
                bytes.append(String(decoding: window[row.range], as: UTF8.self))
            case .end: return
            case .needsMore:
                base += min(position, window.count)
                position = 0
                end = min(all.count, max(end, base) + min(length, all.count))
            }
        }
    }
}
