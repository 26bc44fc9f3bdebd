import MessageBatches
import Testing

/// Zones made of a few changes of the clocks, so that no time zone data is needed.
struct CalendarZoneTests {
    /// Clocks are one hour ahead, and two hours in summer 2026, as in Berlin.
    private static let berlin = CalendarZone(name: "Berlin") { seconds in
        let summer = [Timestamp("2026-03-29T01:00:00Z"), Timestamp("2026-10-25T01:00:00Z")]
            .compactMap(\.self)
        return summer[0] <= Timestamp(seconds: seconds) && Timestamp(seconds: seconds) < summer[1] ? 7_200 : 3_600
    }

    /// Clocks change from five to four hours behind UTC at midnight, so the day begins at one o'clock.
    private static let midnight = CalendarZone(name: "Midnight") { seconds in
        Timestamp(seconds: seconds) < Timestamp("2026-03-08T05:00:00Z") ?? .init(seconds: 0) ? -18_000 : -14_400
    }

    @Test(arguments: [
        ("2026-01-31T23:30:00Z", "2026-02-01"), ("2026-06-30T21:59:59Z", "2026-06-30"),
        ("2026-06-30T22:00:00Z", "2026-07-01"), ("2026-12-31T23:00:00Z", "2027-01-01"),
    ])
    func `the day of a moment is the one of the clocks`(moment: String, day: String) throws {
        #expect(Self.berlin.day(of: try #require(Timestamp(moment))).text == day)
    }

    @Test(arguments: [
        ("2026-01-01T06:00:00Z", "2026-01-01T05:00:00Z"), ("2026-07-01T06:00:00Z", "2026-07-01T04:00:00Z"),
        // Skipped, shown twice, and just after both.
        ("2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z"), ("2026-03-29T03:30:00Z", "2026-03-29T01:30:00Z"),
        ("2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z"), ("2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z"),
    ])
    func `a time of day is converted across changes of the clocks`(wallClock: String, moment: String) throws {
        let expected = try #require(Timestamp(moment))
        #expect(Self.berlin.moment(ofWallClock: try #require(Timestamp(wallClock))) == expected)
    }

    @Test func `days last 23 and 25 hours if the clocks change`() throws {
        for (text, hours) in [("2026-03-28", 24.0), ("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)] {
            let day = try #require(CalendarDay(text))
            let (start, end) = (Self.berlin.start(of: day), Self.berlin.start(of: day.adding(days: 1)))
            #expect(end.seconds(since: start) == hours * 3_600, "\(text)")
            #expect(Self.berlin.day(of: start) == day, "\(text)")
        }
    }

    @Test func `a day whose midnight is skipped begins at the change`() throws {
        let day = try #require(CalendarDay("2026-03-08"))
        #expect(Self.midnight.start(of: day) == Timestamp("2026-03-08T05:00:00Z"))
    }

    @Test func `a moment before a change keeps its offset to the nanosecond`() throws {
        let change = try #require(Timestamp("2026-03-29T01:00:00Z"))
        let before = Timestamp(nanoseconds: change.nanoseconds - 1)
        #expect(Self.berlin.wallClock(at: before).text == "2026-03-29T01:59:59.999999Z")
        #expect(Self.berlin.wallClock(at: change).text == "2026-03-29T03:00:00.000000Z")
    }

    @Test func `zones are equal by name, and UTC has the days of the archive`() throws {
        #expect(Self.berlin == CalendarZone(name: "Berlin") { _ in 0 } && Self.berlin != .utc)
        let moment = try #require(Timestamp("2026-03-29T23:59:59Z"))
        #expect(CalendarZone.utc.day(of: moment) == moment.day)
        #expect(CalendarZone.utc.start(of: moment.day) == moment.day.start)
    }
}
