import Testing

@testable import BatchService

@Suite
struct ResultsLocationTests {
    private static let path = "/v1/messages/batches/msgbatch_1/results"

    private func locate(_ resultsURL: String?, base: String = "https://api.anthropic.com") throws -> ResultsLocation {
        try ResultsLocation(resultsURL: resultsURL, batchID: "msgbatch_1", base: ServiceURL(base: base))
    }

    @Test(arguments: [
        // As it is.
        ("https://api.anthropic.com", "https://api.anthropic.com\(path)", "https://api.anthropic.com\(path)"),
        (
            "https://api.anthropic.com", "https://api.anthropic.com/files/7?sig=1",
            "https://api.anthropic.com/files/7?sig=1"
        ),
        ("https://api.anthropic.com", "HTTPS://API.anthropic.com:443\(path)", "https://api.anthropic.com\(path)"),
        // Relative.
        ("http://localhost:8080", path, "http://localhost:8080\(path)"),
        ("http://localhost:8080", "/files/7.jsonl", "http://localhost:8080/files/7.jsonl"),
        ("http://localhost:8080", "files/7.jsonl", "http://localhost:8080/files/7.jsonl"),
        ("http://localhost:8080", "//localhost:8080\(path)", "http://localhost:8080\(path)"),
        // Below a prefix.
        ("https://gw.example/ai", path, "https://gw.example/ai\(path)"),
        ("https://gw.example/ai", "/ai\(path)", "https://gw.example/ai\(path)"),
        ("https://gw.example/ai", "https://gw.example/ai\(path)", "https://gw.example/ai\(path)"),
        ("https://gw.example/ai", "https://gw.example\(path)", "https://gw.example\(path)"),
        ("https://gw.example/ai", "files/7", "https://gw.example/ai/files/7"),
    ])
    func `a URL at the configured origin is asked there`(base: String, resultsURL: String, asked: String) throws {
        let location = try locate(resultsURL, base: base)
        #expect(location.url.text == asked)
        #expect(location.rewrittenFrom == nil)
    }

    @Test(arguments: [
        ("https://gw.example/ai", "https://api.anthropic.com\(path)", "https://gw.example/ai\(path)"),
        ("https://api.anthropic.com", "http://api.anthropic.com\(path)", "https://api.anthropic.com\(path)"),
        ("https://api.anthropic.com", "https://api.anthropic.com:8443\(path)", "https://api.anthropic.com\(path)"),
        ("https://api.anthropic.com", "//evil.example\(path)", "https://api.anthropic.com\(path)"),
        ("https://api.anthropic.com", "https://evil.example/x\(path)?token=1", "https://api.anthropic.com\(path)"),
    ])
    func `another origin with the documented path is asked at the base`(
        base: String,
        resultsURL: String,
        asked: String
    ) throws {
        let location = try locate(resultsURL, base: base)
        #expect(location.url.text == asked)
        let rewrittenFrom = try #require(location.rewrittenFrom)
        #expect(!rewrittenFrom.contains("?"))
        #expect(rewrittenFrom.hasSuffix(Self.path))
    }

    @Test(arguments: [
        "https://evil.example/files/7",
        "https://evil.example",
        "https://evil.example/v1/messages/batches/msgbatch_2/results",
        "https://evil.example/v1/messages/batches/msgbatch_1/results/",
        "https://evil.example/v1/messages/batches/msgbatch%5F1/results",
        "https://evil.example/?x=/v1/messages/batches/msgbatch_1/results",
        "//evil.example/files/7",
    ])
    func `another origin with any other path is refused by name`(resultsURL: String) {
        #expect(throws: ResultsLocation.Problem.foreign(origin: "https://evil.example")) {
            try locate(resultsURL)
        }
    }

    @Test(arguments: [nil, ""])
    func `no URL is no URL`(resultsURL: String?) {
        #expect(throws: ResultsLocation.Problem.missing) { try locate(resultsURL) }
    }

    @Test(arguments: [
        "https:evil.example", "https://user@api.anthropic.com\(path)", "https://api.anthropic.com\\@evil.example/",
        "s3://bucket/key", "not a url", "https://api.anthropic.com/\u{e9}",
    ])
    func `a URL that cannot be read safely is not followed`(resultsURL: String) {
        #expect(throws: ResultsLocation.Problem.unreadable) { try locate(resultsURL) }
    }

    @Test
    func `an id with special characters is compared in its encoded form`() throws {
        let location = try ResultsLocation(
            resultsURL: "https://evil.example/v1/messages/batches/a%2Fb/results",
            batchID: "a/b",
            base: ServiceURL(base: "https://api.anthropic.com")
        )
        #expect(location.url.text == "https://api.anthropic.com/v1/messages/batches/a%2Fb/results")
    }

    @Test(arguments: [
        "https://api.anthropic.com/v1/messages/batches/msgbatch_2/results",
        "/v1/messages/batches/msgbatch_2/results", "/ai/v1/messages/batches/msgbatch%5F2/results?a=1",
    ])
    func `the results of another batch are not requested`(resultsURL: String) {
        #expect(throws: ResultsLocation.Problem.otherBatch(id: "msgbatch_2")) { try locate(resultsURL) }
    }

    @Test(arguments: [("a b", "a%20b"), ("msgbatch_1", "msgbatch%5F1")])
    func `an encoded ID is the same batch`(id: String, written: String) throws {
        let url = "https://api.anthropic.com/v1/messages/batches/\(written)/results"
        let base = try ServiceURL(base: "https://api.anthropic.com")
        #expect(try ResultsLocation(resultsURL: url, batchID: id, base: base).url.text == url)
    }
}
