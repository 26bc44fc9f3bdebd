import BatchArchive
import MessageBatches
import Testing

@testable import BatchCommands

struct ComparedSideTests {
    private let now = Timestamp("2026-11-22T12:00:00Z") ?? Timestamp(seconds: 0)

    private static let windows: [(String, String?, String?)] = [
        ("2026-11-01..2026-11-08", "2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z"),
        ("7d..", "2026-11-15T12:00:00Z", nil),
        ("..20261101", nil, "2026-11-01T00:00:00Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
        ("yesterday", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"),
        ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2026-W01", "2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z"),
        ("2026-W53", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"),
        ("2027-W01", "2027-01-04T00:00:00Z", "2027-01-11T00:00:00Z"),
        ("2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("last-week", "2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z"),
        ("7d", "2026-11-15T12:00:00Z", "2026-11-22T12:00:00Z"),
    ]

    @Test(arguments: windows)
    func `a window, day, week or month is recognized by its form`(text: String, since: String?, until: String?) throws {
        let side = try ComparedSide(text, within: ArchiveSelection(), now: now)
        #expect(side.selection.since == since.flatMap { Timestamp($0) })
        #expect(side.selection.until == until.flatMap { Timestamp($0) })
        #expect(side.model == nil && side.name == text)
    }

    @Test func `the days of a side are those of the zone`() throws {
        let zone = try CalendarZone.named("America/New_York")
        let side = try ComparedSide("2026-11-01", within: ArchiveSelection(), now: now, in: zone)
        // The clocks go back on this day, which has 25 hours.
        #expect(side.selection.since == Timestamp("2026-11-01T04:00:00Z"))
        #expect(side.selection.until == Timestamp("2026-11-02T05:00:00Z"))
    }

    @Test func `anything else is a batch or a model, and a model is limited to the window`() throws {
        let limits = ArchiveSelection(since: now)
        let model = try ComparedSide("claude-opus-4-8", within: limits, now: now)
        #expect(model.model == "claude-opus-4-8" && model.selection == limits)
        let batch = try ComparedSide("msgbatch_1", within: limits, now: now)
        #expect(batch.model == nil && batch.selection == ArchiveSelection(ids: ["msgbatch_1"]))
    }

    @Test(arguments: [
        "2026-W00", "2027-W53", "2026-00", "2026-02-30", "..", "x..", "last-week..x", "2026-11-08..2026-11-01", "26",
        "",
    ])
    func `an invalid time is rejected`(text: String) {
        #expect(throws: StatisticsFailure.invalidSide(text)) {
            try ComparedSide(text, within: ArchiveSelection(), now: now)
        }
    }
}
