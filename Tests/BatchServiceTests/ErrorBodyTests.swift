import BatchPipeline
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
        "", " ", "<html><body>502 Bad Gateway</body></html>", #"{"detail":[]}"#, #"{"errors":{"a":7}}"#, "[]", "null",
        "7", "{", "{}",
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

    @Test(
        arguments: [
            (#"{"detail":"limit must be <= 100"}"#, "limit must be <= 100"),
            (
                #"{"detail":[{"loc":["query","limit"],"msg":"too large","type":"le","ctx":{"le":100}},{"msg":"b"}]}"#,
                "query.limit: too large; b"
            ),
            (#"{"detail":{"error":"expired"}}"#, "expired"),
            (
                #"{"statusCode":400,"message":["limit is too large","b"],"error":"Bad Request"}"#,
                "limit is too large; b"
            ),
            (#"{"Message":"no access"}"#, "no access"),
            (#"{"error":"invalid_token","error_description":"expired"}"#, "expired"),
            (
                #"{"title":"Invalid","status":400,"errors":{"limit":["too large"],"a":["b"]}}"#,
                "Invalid; a: b; limit: too large"
            ),
            (
                #"{"title":"Invalid","invalid-params":[{"name":"limit","reason":"too large"}]}"#,
                "Invalid; limit: too large"
            ),
            (#"{"errors":[{"message":"a"},{"field":"x","message":"x is odd"}]}"#, "a; x is odd"),
            (#"[{"error":{"code":400,"message":"m"}}]"#, "m"), (#""limit""#, "limit"),
            ("limit must be\r\n  at most 100\n", "limit must be at most 100"),
        ]
    )
    func `the text of a gateway is the message`(text: String, message: String) {
        #expect(read(text).message == message)
    }

    @Test
    func `a long message is cut after the secrets are removed from it`() {
        let key = "sk-ant-secret-of-the-test"
        for start in [#"{"error":{"message":""#, #"{"detail":""#, ""] {
            let text = "\(start)\(String(repeating: "a", count: 1_990))\(key)\(String(repeating: "b", count: 9_000))"
            var error = ServiceError(code: .status(400), operation: "GET /")
            error.message = read(text + (start.isEmpty ? "" : start.contains("error") ? #""}}"# : #""}"#)).message
            let shown = KeyStore(.apiKey(key)).removed(from: error).message
            #expect(shown?.count == 2_000)
            #expect(shown?.contains("sk-") == false)
        }
    }

    @Test
    func `a plain text that was cut is not shown, because a part of a secret is not recognized`() {
        #expect(ErrorBody(Array("limit of sk-".utf8), isWhole: false).message == nil)
    }
}
