import MessageBatches
import Testing

@testable import BatchService

@Suite
struct HTTPDateTests {
    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ])
    func `the forms of RFC 9110 mean the same moment`(text: String) {
        #expect(HTTPDate.timestamp(text) == Timestamp("1994-11-06T08:49:37Z"))
    }

    @Test
    func `a two-digit year lies in this century`() {
        #expect(HTTPDate.timestamp("Sunday, 06-Nov-26 08:49:37 GMT") == Timestamp("2026-11-06T08:49:37Z"))
    }

    @Test
    func `a leap second counts as the second before it`() {
        #expect(HTTPDate.timestamp("Sat, 31 Dec 2016 23:59:60 GMT") == Timestamp("2016-12-31T23:59:59Z"))
    }

    @Test(arguments: [0, 1_700, 2_200, 9_999])
    func `every year of four digits is a date`(year: Int) {
        let text = String(repeating: "0", count: 4 - String(year).count) + String(year)
        #expect(HTTPDate.timestamp("Sun, 06 Nov \(text) 08:49:37 GMT") == Timestamp("\(text)-11-06T08:49:37Z"))
    }

    @Test(arguments: [
        "", "120", "Sun, 06 Nov 1994", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:49:37 PST", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 19940 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT", "2026-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 99999 08:49:37 GMT",
    ])
    func `anything else is no date`(text: String) {
        #expect(HTTPDate.timestamp(text) == nil)
    }
}
