import MessageBatches
import Testing

@testable import BatchSimulator

struct RelativeTimeTests {
    @Test(arguments: [
        ("now", 0), ("now-26h", -26 * 3_600), ("now+22h", 22 * 3_600),
        ("now-3d4h20m", -(3 * 86_400 + 4 * 3_600 + 1_200)),
        ("now-1s", -1), ("now+0m", 0), ("now-400d", -400 * 86_400), ("now-1d1s", -86_401),
    ])
    func `an offset is resolved against the start`(text: String, seconds: Int) {
        #expect(RelativeTime.resolve(text, against: noon) == noon.adding(seconds: Int64(seconds)))
    }

    @Test(arguments: [
        "", "nowadays", "now-", "now-h", "now-5", "now-4h3d", "now-1h1h", "now 1h", "now-1.5h", "now-1w", "Now-1h",
        "2024-07-01T00:00:00Z", "now-9999999999h", "now-٣h",
    ])
    func `anything else is no offset`(text: String) {
        #expect(RelativeTime.resolve(text, against: noon) == nil)
    }

    @Test func `moments are written as the wire has them`() {
        #expect(noon.wireText == "2026-11-22T12:00:00.123456+00:00")
        #expect(noon.httpDate == "Sun, 22 Nov 2026 12:00:00 GMT")
        #expect(Timestamp("1969-12-31T23:59:59Z")?.httpDate == "Wed, 31 Dec 1969 23:59:59 GMT")
    }
}
