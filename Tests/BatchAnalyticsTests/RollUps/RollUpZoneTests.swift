import BatchAnalytics
import BatchPipeline
import MessageBatches
import Tables
import Testing

/// Roll-ups by day, week, month and hour of another time zone than UTC.
struct RollUpZoneTests {
    @Test(arguments: [
        ("day", 3_600, ["2026-11-02", "2026-12-31"]), ("hour", 3_600, ["00", "01", "13"]),
        ("month", 43_200, ["2026-11", "2027-01"]), ("week", -3_600, ["2026-W44", "2026-W53"]),
        ("day", -1, ["2026-11-01", "2026-12-31"]), ("hour", 19_800, ["05", "17"]),
    ])
    func `days, weeks, months and hours are those of the zone`(by: String, offset: Int64, keys: [String]) throws {
        var grouping = try Grouping(by)
        grouping.zone = CalendarZone(name: "test") { _ in offset }
        var rollUp = RollUp(by: grouping)
        for created in ["2026-11-01T23:59:59Z", "2026-11-02T00:00:00Z", "2026-12-31T12:00:00Z"] {
            rollUp.add(.folded([.succeeded()], created: created))
        }
        let table = rollUp.table(notes: [])
        #expect(table.rows.map(\.first) == keys.map { .text($0) })
        #expect(table.notes.contains { $0.hasSuffix("\(by.dropFirst())s are those of the time zone test.") })
    }

    @Test func `the zone is not named if no key depends on it`() throws {
        for (by, name) in [("day", "UTC"), ("batch,workspace,model", "test"), ("", "test")] {
            var grouping = try Grouping(by)
            grouping.zone = CalendarZone(name: name) { _ in 0 }
            #expect(RollUp(by: grouping).table(notes: []).notes.isEmpty, "\(by)")
        }
    }
}
