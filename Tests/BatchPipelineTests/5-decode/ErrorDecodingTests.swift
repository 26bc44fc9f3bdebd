import BatchPipeline
import Testing

/// `result.error`: nested as the API writes it, or flattened by other programs.
struct ErrorDecodingTests {
    private func decode(error: String) throws -> DecodedBlock {
        let block = try ResultDecoder.decode(
            text: "{\"custom_id\":\"a\",\"result\":{\"type\":\"errored\",\"error\":\(error)}}"
        )
        #expect(block.rejected == [])
        return block
    }

    private func texts(error: String) throws -> [ExactText?] {
        let record = try #require(try decode(error: error).plain.first)
        return [record.errorType, record.errorMessage, record.errorRequestID]
    }

    @Test(arguments: [
        #"{"type":"error","error":{"details":null,"type":"api_error","message":"m"},"request_id":"req_1"}"#,
        #"{"request_id":"req_1","error":{"message":"m","type":"api_error","details":{"error_visibility":"user_facing"}},"type":"error"}"#,
        #"{"error":{"type":"api_error","message":"m"},"request_id":"req_1","type":"error"}"#,
        // Flattened.
        #"{"type":"api_error","message":"m","request_id":"req_1"}"#,
        #"{"request_id":"req_1","message":"m","details":[],"type":"api_error"}"#,
        #"{"type":"api_error","message":"m","error":null,"request_id":"req_1"}"#,
        // Partly flattened.
        #"{"type":"error","message":"m","error":{"type":"api_error"},"request_id":"req_1"}"#,
        #"{"type":"api_error","error":{"message":"m","request_id":"req_1"}}"#,
    ])
    func `type, message and request ID are found at any position`(error: String) throws {
        #expect(try texts(error: error) == ["api_error", "m", "req_1"])
    }

    @Test(
        arguments: [
            (#""overloaded""#, nil, "overloaded"), (#"["a"]"#, nil, #"["a"]"#),
            (#"{"type":"error","error":"overloaded"}"#, nil, "overloaded"),
            (#"{"type":"api_error","error":[{"message":"a\u0000"}, 1]}"#, "api_error", "[{\"message\":\"a\0\"}, 1]"),
            (#"{"type":"api_error","message":["a","\"b\""]}"#, "api_error", #"["a",""b""]"#),
            (#"{"error":{"type":"api_error","message":{"text":"m"}}}"#, "api_error", #"{"text":"m"}"#),
        ] as [(String, String?, String)]
    )
    func `a text or a list is the message`(error: String, type: String?, message: String) throws {
        #expect(try texts(error: error) == [type.map { ExactText($0) }, ExactText(message), nil])
    }

    @Test func `the inner type takes precedence over the outer one`() throws {
        let error = #"{"type":"outer_error","message":"outer","error":{"type":"inner_error","message":"inner"}}"#
        #expect(try texts(error: error) == ["inner_error", "inner", nil])
    }

    @Test func `the outer request ID takes precedence over the inner one`() throws {
        let error = #"{"type":"error","error":{"type":"e","request_id":"req_in"},"request_id":"workerreq_out"}"#
        #expect(try texts(error: error) == ["e", nil, "workerreq_out"])
    }

    @Test(arguments: [
        #"{"type":"error"}"#, #"{"type":"err\u006fr","error":{}}"#, #"{"error":7,"type":"error"}"#, "{}", "null", "7",
        "[]",
    ])
    func `the type of the envelope is ignored`(error: String) throws {
        let block = try decode(error: error)
        #expect(block.plain.first?.errorType == nil)
        #expect(block.records.first?.errorClass == .fixInput)
    }

    @Test(arguments: ["null", "7", "true", "[]", "{}"])
    func `members that are not strings count as missing`(value: String) throws {
        let error = "{\"type\":\"error\",\"error\":{\"type\":\(value),\"message\":\(value)},\"request_id\":\(value)}"
        #expect(try texts(error: error) == [nil, nil, nil])
    }

    @Test func `each error has its own class, also after similar ones`() throws {
        let block = try ResultDecoder.decode(
            text: [
                ("overloaded_error", "a"), ("overloaded_error", "a"), ("invalid_request_error", "a"),
                ("overloaded_error", "a"),
            ]
            .enumerated()
            .map {
                #"{"custom_id":"\#($0)","result":{"type":"errored","error":{"type":"\#($1.0)","message":"\#($1.1)"}}}"#
            }
            .joined(separator: "\n")
        )
        #expect(block.records.map(\.errorClass) == [.retry, .retry, .fixInput, .retry])
    }

    @Test func `the class depends on the message, escaped or not`() throws {
        for message in ["Your credit balance is too low", "Your credit bal\\u0061nce is too low"] {
            let block = try decode(error: "{\"type\":\"invalid_request_error\",\"message\":\"\(message)\"}")
            #expect(block.records.first?.errorClass == .fixAccount)
        }
    }

    @Test func `an error next to another result type is ignored`() throws {
        let block = try ResultDecoder.decode(
            text:
                #"{"custom_id":"a","result":{"error":{"type":"api_error"},"type":"succeeded","message":{"model":"m"}}}"#
        )
        #expect(block.records.first?.errorType == nil)
        #expect(block.records.first?.errorClass == nil)
        #expect(block.plain.first?.model == "m")
    }
}
