import MessageBatches
import Testing

@testable import BatchService

struct ReportQueryTests {
    private func query(_ since: String, _ until: String) throws -> ReportQuery {
        ReportQuery(since: try #require(Timestamp(since)), until: try #require(Timestamp(until)))
    }

    @Test func `a long window is read in parts of 31 days without a gap`() throws {
        let query = try query("2026-01-01T00:00:00Z", "2026-03-05T00:00:00Z")
        let parts = query.parts
        #expect(parts.map(\.since.day.text) == ["2026-01-01", "2026-02-01", "2026-03-04"])
        #expect(parts.dropFirst().map(\.since) == parts.dropLast().map(\.until))
        #expect(parts.last?.until == query.until)
    }

    @Test(
        arguments: [
            ("2026-11-01T00:00:00Z", "2026-11-03T00:00:00Z", "2026-11-01", "2026-11-03"),
            ("2026-11-01T01:00:00Z", "2026-11-03T23:00:00Z", "2026-11-02", "2026-11-03"),
            ("2026-11-01T23:00:00Z", "2026-11-02T23:00:00Z", nil, nil),
        ] as [(String, String, String?, String?)]
    )
    func `costs are asked for the whole days of a window`(
        since: String,
        until: String,
        first: String?,
        last: String?
    ) throws {
        let days = try query(since, until).wholeDays
        #expect(days?.since.day.text == first)
        #expect(days?.until.day.text == last)
    }

    @Test func `whole days have buckets of a day, other windows of an hour`() throws {
        let whole = try query("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")
        let part = try query("2026-11-01T00:00:00Z", "2026-11-01T05:00:00Z")
        for (generation, name) in [(ReportGeneration.organization, "bucket_width"), (.analytics, "time_bucket_width")] {
            #expect(generation.usageParameters(whole).first { $0.0 == name }?.1 == "1d")
            #expect(generation.usageParameters(part).first { $0.0 == name }?.1 == "1h")
        }
    }
}
