import BatchPipeline
import JSONLines
import Testing

/// Lines that are not results, and bytes between lines.
struct RejectedLineTests {
    private func reasons(_ text: String) throws -> [String] {
        try ResultDecoder.decode(text: text).rejected.map(\.reason)
    }

    @Test(arguments: [
        ("[]", "expected an object"), ("7", "expected an object"), ("null", "expected an object"),
        ("\"a\"", "expected an object"),
        ("{}", "the object has no custom_id that is a string"),
        (#"{"result":{"type":"expired"}}"#, "the object has no custom_id that is a string"),
        (#"{"custom_id":"a"}"#, "the object has no result that is an object"),
        (#"{"custom_id":"a","result":{}}"#, "the result has no type that is a string"),
        (#"{"custom_id":"a","result":{"message":{"type":"succeeded"}}}"#, "the result has no type that is a string"),
        (
            #"{"id":"batch_req_1","custom_id":"a","response":{"status_code":200},"error":null}"#,
            "the object has no result that is an object"
        ),
        (#"{"custom_id":"a","result":{"type":"expired"}},"#, "text after the end of the value"),
        (#"{"custom_id":"a","result":{"type":"expired"}}{}"#, "text after the end of the value"),
    ])
    func `text that is not a result is rejected with what is missing`(line: String, reason: String) throws {
        #expect(try reasons(line) == [reason])
    }

    @Test(arguments: ["null", "7", "-1.5", "true", "[]", "{}", "[\"a\"]", "{\"type\":\"a\"}"])
    func `an ID or a type that is not a string is missing`(value: String) throws {
        let id = "{\"custom_id\":\(value),\"result\":{\"type\":\"expired\"}}"
        #expect(try reasons(id) == ["the object has no custom_id that is a string"])
        let type = "{\"custom_id\":\"a\",\"result\":{\"type\":\(value)}}"
        #expect(try reasons(type) == ["the result has no type that is a string"])
    }

    @Test(arguments: ["null", "7", "true", "[]", "\"expired\"", "[{\"type\":\"expired\"}]"])
    func `a result that is not an object is missing`(value: String) throws {
        #expect(
            try reasons("{\"custom_id\":\"a\",\"result\":\(value)}") == ["the object has no result that is an object"]
        )
    }

    @Test func `the position of an error is its line and byte in the stream`() throws {
        let good = ResultLine.other("a", type: "expired")
        let text = "\(good)\n\n\(good)x\r\n{\"custom_id\":\"a\u{1}\n\(good)"
        let block = try ResultDecoder.decode(text: text)
        let second = good.utf8.count + 2
        let third = second + good.utf8.count + 3
        #expect(
            block.rejected == [
                RejectedLine(
                    lineNumber: 3,
                    byteOffset: second + good.utf8.count,
                    reason: "text after the end of the value"
                ),
                RejectedLine(lineNumber: 4, byteOffset: third + 15, reason: "a control character inside a string"),
            ]
        )
        #expect(block.records.map(\.lineNumber) == [1, 5])
    }

    @Test func `the position of a missing member is the start of the line`() throws {
        let block = ResultDecoder.decode(try .holding(Array("\n{}\n".utf8), firstLine: 7, byteOffset: 900))
        #expect(block.rejected.map(\.byteOffset) == [901])
        #expect(block.rejected.map(\.lineNumber) == [8])
    }

    @Test func `a line cut at any byte is rejected near its end`() throws {
        let line = """
            {"custom_id":"é\\u00e9","result":{"type":"succeeded","message":{"content":[{"type":"text","text":"漢😀\\ud83d\\ude00"}],\
            "ok":[true,false,null,-1.5e+3],"usage":{"input_tokens":12}}}}
            """
        let before = Array("\n".utf8)
        let bytes = Array(line.utf8)
        #expect(try ResultDecoder.decode(text: line).records.count == 1)
        for end in 1..<bytes.count {
            let block = ResultDecoder.decode(try LineBlock.holding(before + bytes[..<end]))
            #expect(block.records.isEmpty)
            let fault = try #require(block.rejected.first)
            #expect(fault.lineNumber == 2)
            // The error is at the first byte of a cut character, up to three bytes before the end.
            #expect((end - 3...end).contains(fault.byteOffset - before.count), "cut at \(end): \(fault)")
        }
    }

    @Test func `empty and blank lines are counted and not rejected`() throws {
        let line = ResultLine.other("a", type: "expired")
        let block = try ResultDecoder.decode(text: "\n\(line)\n\n  \t\r\n\r\n\(line)\n\r\r\n\n")
        #expect(block.emptyLines == 6)
        #expect(block.records.map(\.lineNumber) == [2, 6])
        #expect(block.rejected.isEmpty)
    }

    @Test func `a carriage return before the line end is not part of the line`() throws {
        let line = ResultLine.other("a", type: "expired")
        let block = try ResultDecoder.decode(text: "\(line)\r\n\(line)\r\r\n\(line)\n\(line)\r")
        #expect(block.records.count == 4)
        #expect(block.records.map(\.line.count) == [0, 1, 0, 0].map { line.utf8.count + $0 })
        #expect(
            try reasons("{\"custom_id\":\"a\rb\",\"result\":{\"type\":\"expired\"}}") == [
                "a control character inside a string"
            ]
        )
    }

    @Test func `U+2028 and U+0085 inside a string do not end a line`() throws {
        let block = try ResultDecoder.decode(text: ResultLine.succeeded("a", text: "x\u{2028}y\u{85}z\u{B5}"))
        #expect(block.records.count == 1)
        #expect(block.plain.first?.textBytes == 10)
    }

    @Test func `a byte order mark is skipped at the start of the stream only`() throws {
        let line = ResultLine.other("a", type: "expired")
        let block = try ResultDecoder.decode(text: "\u{FEFF}\(line)\n\u{FEFF}\(line)\n")
        #expect(block.records.map(\.line) == [3..<3 + line.utf8.count])
        #expect(
            block.rejected == [
                RejectedLine(lineNumber: 2, byteOffset: line.utf8.count + 4, reason: "expected an object")
            ]
        )
        let later = ResultDecoder.decode(
            try .holding(Array("\u{FEFF}\(line)\n".utf8), sequence: 1, firstLine: 2, byteOffset: 10)
        )
        #expect(later.rejected.map(\.byteOffset) == [10])
        #expect(try ResultDecoder.decode(text: "\u{FEFF}\n").emptyLines == 1)
        #expect(try reasons("\u{FEFF}\u{FEFF}\(line)") == ["expected an object"])
    }

    @Test func `nesting is allowed up to 1024 levels in a line`() throws {
        func line(_ depth: Int, open: String, close: String) -> String {
            let value = String(repeating: open, count: depth) + "0" + String(repeating: close, count: depth)
            return "{\"custom_id\":\"a\",\"extra\":\(value),\"result\":{\"type\":\"expired\"}}"
        }
        for (open, close) in [("[", "]"), ("{\"k\":", "}")] {
            #expect(try ResultDecoder.decode(text: line(1_023, open: open, close: close)).records.count == 1)
            let block = try ResultDecoder.decode(text: line(1_024, open: open, close: close))
            #expect(block.rejected.map(\.reason) == ["nesting deeper than 1024 levels"])
            #expect(block.rejected.map(\.byteOffset) == [25 + 1_023 * open.utf8.count])
        }
    }

    @Test func `a deep line does not affect the next one`() throws {
        let deep = String(repeating: "[", count: 3_000)
        let good = ResultLine.other("a", type: "expired")
        let block = try ResultDecoder.decode(text: "{\"x\":\(deep)\n\(good)\n{\"x\":{\"y\":[\n\(good)\n")
        #expect(block.records.map(\.lineNumber) == [2, 4])
        #expect(
            block.rejected.map(\.reason) == [
                "nesting deeper than 1024 levels", "the text ends in the middle of a value",
            ]
        )
    }

    @Test(arguments: [
        "123456789012345678901234567890", "-0.000000000000000000000000000001", "1e999999999", "-1E-999999999",
        String(repeating: "9", count: 10_000),
    ])
    func `numbers of any size are valid`(number: String) throws {
        let line = "{\"custom_id\":\"a\",\"n\":\(number),\"result\":{\"type\":\"expired\",\"n\":[\(number)]}}"
        #expect(try ResultDecoder.decode(text: line).records.count == 1)
    }

    @Test func `bytes that are not UTF-8 are rejected in keys, values and skipped text`() throws {
        for template in [
            "{\"custom_id\":\"a#\",\"result\":{\"type\":\"expired\"}}",
            "{\"custom_id\":\"a\",\"k#\":1,\"result\":{\"type\":\"expired\"}}",
            "{\"custom_id\":\"a\",\"k\":[{\"l\":\"#\"}],\"result\":{\"type\":\"expired\"}}",
        ] {
            let place = try #require(Array(template.utf8).firstIndex(of: 0x23))
            for bad: [UInt8] in [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98]] {
                var bytes = Array(template.utf8)
                bytes.replaceSubrange(place...place, with: bad)
                let block = ResultDecoder.decode(try LineBlock.holding(bytes))
                #expect(
                    block.rejected == [
                        RejectedLine(lineNumber: 1, byteOffset: place, reason: "bytes that are not UTF-8")
                    ]
                )
            }
        }
    }

    @Test func `a block without lines has no records`() {
        let block = LineBlock(bytes: [], lineEnds: [], sequence: 0, firstLine: 1, byteOffset: 0)
        let decoded = ResultDecoder.decode(block)
        #expect(decoded.records.isEmpty && decoded.rejected.isEmpty && decoded.emptyLines == 0)
    }
}
