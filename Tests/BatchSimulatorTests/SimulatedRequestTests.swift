import SimulatorTestSupport
import Testing

@testable import BatchSimulator

struct SimulatedRequestTests {
    @Test func `a target is cut into path and query`() {
        let request = SimulatedRequest("GET", "/v1/a%20b?limit=5&after_id=x%2By&flag&empty=&sum=a+b")
        #expect(request.path == "/v1/a b")
        #expect(request.query.map(\.name) == ["limit", "after_id", "flag", "empty", "sum"])
        #expect(request.query.map(\.value) == ["5", "x+y", "", "", "a b"])
    }

    @Test func `percent signs that escape nothing stay`() {
        #expect(SimulatedRequest("GET", "/a%2?x=%zz%").path == "/a%2")
        #expect(SimulatedRequest("GET", "/a?x=%zz%").queryValue("x") == "%zz%")
    }

    @Test func `the last of two equal keys counts`() {
        #expect(SimulatedRequest("GET", "/?limit=1&limit=2").queryValue("limit") == "2")
    }

    @Test(arguments: [
        ([HeaderField("X-Api-Key", "k")], "k"),
        ([HeaderField("authorization", "Bearer k")], "k"),
        ([HeaderField("Authorization", "bearer k")], "k"),
        ([HeaderField("authorization", "Basic k")], nil),
        ([HeaderField("authorization", "Bearer ")], nil),
        ([HeaderField("x-api-key", "")], nil),
        ([], nil),
    ])
    func `the key comes in either header`(headers: [HeaderField], key: String?) {
        #expect(SimulatedRequest("GET", "/", headers: headers).key == key)
    }

    @Test(arguments: [
        ("gzip", true), ("gzip, deflate, br", true), ("br;q=1.0, gzip;q=0.8", true), ("*", true), ("GZIP", true),
        ("", false), ("identity", false), ("gzip;q=0", false), ("*;q=0", false), ("*;q=0.5, gzip; q=0", false),
        ("br", false),
    ])
    func `gzip is taken where it is named with a weight`(value: String, accepted: Bool) {
        let request = SimulatedRequest("GET", "/", headers: [HeaderField("Accept-Encoding", value)])
        #expect(request.acceptsGzip == accepted)
    }

    @Test func `the headers kept do not hold the key`() {
        let request = SimulatedRequest(
            "GET",
            "/",
            headers: [
                HeaderField("X-Api-Key", "secret"), HeaderField("authorization", "Bearer secret"),
                HeaderField("a", "b"),
            ]
        )
        #expect(request.headersWithoutKey.map(\.value) == ["…", "…", "b"])
    }
}
