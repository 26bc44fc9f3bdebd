import BatchPipeline
import MessageBatches
import Testing

@testable import BatchCommands

struct TimeExpressionTests {
    /// A Sunday.
    private let now = Timestamp("2026-11-22T15:30:00Z") ?? Timestamp(seconds: 0)

    @Test(arguments: [
        ("2024-08-01", "2024-08-01T00:00:00Z"), ("20240801", "2024-08-01T00:00:00Z"),
        ("2024-08-01T06:00:00+02:00", "2024-08-01T04:00:00Z"), ("2024-08-01T06:00Z", "2024-08-01T06:00:00Z"),
        ("2024-08-01 06:00", "2024-08-01T06:00:00Z"), ("2024-08-01 06:00:30", "2024-08-01T06:00:30Z"),
        ("2024-08-01T06:00", "2024-08-01T06:00:00Z"), ("2024-08-01 06:00-0530", "2024-08-01T11:30:00Z"),
        ("2024-08-01 06:00:30.25", "2024-08-01T06:00:30.25Z"),
        ("now", "2026-11-22T15:30:00Z"), ("today", "2026-11-22T00:00:00Z"), ("yesterday", "2026-11-21T00:00:00Z"),
        ("this-week", "2026-11-16T00:00:00Z"), ("last-week", "2026-11-09T00:00:00Z"),
        ("this-month", "2026-11-01T00:00:00Z"), ("last-month", "2026-10-01T00:00:00Z"),
        ("this-year", "2026-01-01T00:00:00Z"), ("last-year", "2025-01-01T00:00:00Z"),
        ("2026-W45", "2026-11-02T00:00:00Z"), ("2026-W53", "2026-12-28T00:00:00Z"),
        ("2026-10", "2026-10-01T00:00:00Z"), ("2026", "2026-01-01T00:00:00Z"),
        ("30s", "2026-11-22T15:29:30Z"), ("90m", "2026-11-22T14:00:00Z"), ("12h", "2026-11-22T03:30:00Z"),
        ("7d", "2026-11-15T15:30:00Z"), ("2w", "2026-11-08T15:30:00Z"), ("0d", "2026-11-22T15:30:00Z"),
        ("1mo", "2026-10-22T15:30:00Z"), ("9mo", "2026-02-22T15:30:00Z"), ("1y", "2025-11-22T15:30:00Z"),
    ])
    func `every form is parsed to its time`(text: String, moment: String) throws {
        let expected = try #require(Timestamp(moment))
        #expect(TimeExpression.moment(text, now: now) == expected)
    }

    @Test(arguments: [
        "", "d", "-7d", "+7d", "7", "7x", "7.5d", "2024-02-30", "tomorrow", "99999999d", " 7d", "٧d", "1M", "1moo",
        "2027-W53", "2026-W00", "2026-W5", "2026-00", "2026-13", "2026-1", "26-10", "2026-10-", "-2026", "2026-",
        "2026-11-01 24:00", "2026-11-01 6:00", "2026-11-01 06:00 ", "2026-11-01 06:60", "1000000mo", "9999999y",
        "last-day", "Today", "2026-11-01..2026-11-08", "..", "٢٠٢٦",
    ])
    func `anything else is rejected`(text: String) {
        #expect(TimeExpression.moment(text, now: now) == nil)
    }

    @Test(arguments: [
        ("2024-02-29T23:59:59Z", "1y", "2023-02-28T23:59:59Z"), ("2026-03-31T12:00:00Z", "1mo", "2026-02-28T12:00:00Z"),
        ("2024-03-31T12:00:00Z", "1mo", "2024-02-29T12:00:00Z"),
        ("2026-01-31T12:00:00Z", "2mo", "2025-11-30T12:00:00Z"),
        ("2026-01-01T00:00:00Z", "last-month", "2025-12-01T00:00:00Z"),
        ("2026-01-04T10:00:00Z", "this-week", "2025-12-29T00:00:00Z"),
    ])
    func `months and weeks go back across the ends of months and years`(
        now: String,
        text: String,
        moment: String
    ) throws {
        #expect(TimeExpression.moment(text, now: try #require(Timestamp(now))) == Timestamp(moment))
    }

    private static let periods: [(String, String?, String?)] = [
        ("2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
        ("20240229", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
        ("today", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"),
        ("last-week", "2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z"),
        ("last-month", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"),
        ("2026-W53", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"),
        ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2024", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        ("7d", "2026-11-15T15:30:00Z", "2026-11-22T15:30:00Z"), ("1mo", "2026-10-22T15:30:00Z", "2026-11-22T15:30:00Z"),
        ("2026-11-01..2026-11-08", "2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z"),
        ("2026-10..2026-11", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"),
        ("last-week..yesterday", "2026-11-09T00:00:00Z", "2026-11-21T00:00:00Z"),
        ("2d..now", "2026-11-20T15:30:00Z", "2026-11-22T15:30:00Z"), ("7d..", "2026-11-15T15:30:00Z", nil),
        ("..2026-11-01 06:00", nil, "2026-11-01T06:00:00Z"),
    ]

    @Test(arguments: periods)
    func `a period has both ends`(text: String, since: String?, until: String?) throws {
        let window = try #require(TimeExpression.window(text, now: now))
        #expect(window.since == since.flatMap { Timestamp($0) } && window.until == until.flatMap { Timestamp($0) })
    }

    @Test(arguments: [
        "", "..", "x..", "..x", "2026-11-08..2026-11-01", "today..today", "2026-11-01...2026-11-08", "now", "0d",
        "2026-11-01 06:00", "2026-11-01T06:00:00Z", "2027-W53", "a..b..c",
    ])
    func `a single moment or an empty range is not a period`(text: String) {
        #expect(TimeExpression.window(text, now: now) == nil)
    }

    @Test(arguments: [
        ("2026-11-01", "2026-10-31T23:00:00Z"), ("2026-07-01 06:00", "2026-07-01T04:00:00Z"),
        ("2026-07-01T06:00:00Z", "2026-07-01T06:00:00Z"), ("2026-10", "2026-09-30T22:00:00Z"),
        ("2026-W45", "2026-11-01T23:00:00Z"), ("today", "2026-11-21T23:00:00Z"),
        // A day is 24 hours, a month keeps the time of day.
        ("30d", "2026-10-23T15:30:00Z"), ("1mo", "2026-10-22T14:30:00Z"),
        // Skipped by the clocks, and shown twice.
        ("2026-03-29 02:30", "2026-03-29T01:30:00Z"), ("2026-10-25 02:30", "2026-10-25T00:30:00Z"),
    ])
    func `days and times without an offset are those of the zone`(text: String, moment: String) throws {
        let berlin = try CalendarZone.named("Europe/Berlin")
        #expect(TimeExpression.moment(text, now: now, in: berlin) == Timestamp(moment))
    }

    @Test(arguments: [
        ("yesteday", "yesterday"), ("Today", "today"), ("last week", "last-week"), ("lastmonth", "last-month"),
        ("NOW", "now"), ("7days", "7d"), ("7 days", "7d"), ("1 Month", "1mo"), ("90min", "90m"), ("2 years ago", "2y"),
    ])
    func `the form that was probably meant is suggested`(text: String, nearest: String) {
        let failure = CommandFailure.time(.misspelled(option: "--since", value: text, nearest: nearest))
        #expect(throws: failure) { try TimeExpression.moment(text, "--since", now: now) }
    }

    @Test(arguments: ["soon", "7x", "tomorrow", "2026-13", "7", "7 ", ""])
    func `nothing is suggested for anything else`(text: String) {
        #expect(throws: CommandFailure.badTime(option: "--since", value: text)) {
            try TimeExpression.moment(text, "--since", now: now)
        }
        #expect(throws: CommandFailure.time(.badPeriod(option: "--during", value: text))) {
            try TimeExpression.window(text, "--during", now: now, in: .utc)
        }
    }

    @Test func `nothing is suggested for a range`() {
        #expect(throws: CommandFailure.time(.badPeriod(option: "--during", value: "7days..nov"))) {
            try TimeExpression.window("7days..nov", "--during", now: now, in: .utc)
        }
    }

    @Test func `today is the day of the zone`() throws {
        let evening = try #require(Timestamp("2026-11-22T23:30:00Z"))
        for (name, start) in [
            ("Asia/Kolkata", "2026-11-22T18:30:00Z"), ("Europe/Berlin", "2026-11-22T23:00:00Z"),
            ("America/New_York", "2026-11-22T05:00:00Z"), ("utc", "2026-11-22T00:00:00Z"),
        ] {
            #expect(TimeExpression.moment("today", now: evening, in: try .named(name)) == Timestamp(start), "\(name)")
        }
    }

    @Test(arguments: [
        ("Berlin", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"), ("Europe/Berln", "Europe/Berlin"),
        ("new york", "America/New_York"), ("Middle-earth/Shire", nil), ("", nil),
    ])
    func `an unknown zone is rejected with a similar name`(name: String, nearest: String?) {
        #expect(throws: CommandFailure.time(.unknownZone(name, nearest: nearest))) { try CalendarZone.named(name) }
    }
}
