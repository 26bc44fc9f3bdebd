import Testing

@testable import BatchService

@Suite
struct ErrorBodyTests {
    private func read(_ text: String) -> ErrorBody {
        ErrorBody(Array(text.utf8))
    }

    @Test
    func `the documented shape is read`() {
        let body = read(
            #"{"type":"error","error":{"type":"rate_limit_error","message":"slow","details":{"error_code":"x"}},"request_id":"req_1"}"#
        )
        #expect(body.type == "rate_limit_error")
        #expect(body.message == "slow")
        #expect(body.code == "x")
        #expect(body.requestID == "req_1")
    }

    @Test(arguments: [
        "", " ", "<html><body>502 Bad Gateway</body></html>", "[]", "null", "7", "{", "{}",
        #"{"error":null,"request_id":7}"#, #"{"error":[]}"#, #"{"error":[1,{}]}"#, "\u{FEFF}{}",
    ])
    func `anything else says nothing`(text: String) {
        #expect(read(text) == ErrorBody([]))
    }

    @Test(
        arguments: [
            (#"{"error":"overloaded"}"#, nil, "overloaded"), (#"{"error":["a","b"]}"#, nil, "a; b"),
            (#"{"error":[{"type":"api_error","message":"m"},"n"]}"#, "api_error", "m; n"),
        ] as [(String, String?, String)]
    )
    func `an error that is a text or a list keeps its text`(text: String, type: String?, message: String) {
        let body = read(text)
        #expect(body.type == type)
        #expect(body.message == message)
    }

    @Test(arguments: [#""user_facing""#, "null", "[1]", #"{"error_visibility":"user_facing"}"#, #"{"error_code":7}"#])
    func `details of another kind do no harm`(details: String) {
        let body = read(#"{"error":{"type":"api_error","message":7,"details":\#(details)}}"#)
        #expect(body.type == "api_error")
        #expect(body.message == nil)
        #expect(body.code == nil)
    }

    @Test
    func `bytes that are no UTF-8 say nothing`() {
        #expect(ErrorBody([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]).type == nil)
    }

    @Test
    func `a message of any length is cut to what a terminal bears`() {
        let body = read(#"{"error":{"message":"\#(String(repeating: "a", count: 50_000))"}}"#)
        #expect(body.message?.count == 2_000)
    }
}
