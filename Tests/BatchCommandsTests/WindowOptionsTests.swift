import BatchPipeline
import MessageBatches
import Testing

@testable import BatchCommands

struct WindowOptionsTests {
    private let now = Timestamp("2026-11-22T15:30:00Z") ?? Timestamp(seconds: 0)

    private func window(
        since: String? = nil,
        until: String? = nil,
        during: String? = nil,
        timezone: String = "UTC"
    ) throws(CommandFailure) -> BatchWindow {
        var options = WindowOptions()
        (options.since, options.until, options.during, options.timezone) = (since, until, during, timezone)
        return try options.window(now: now)
    }

    /// The window from one time to another in RFC 3339.
    private func expected(_ since: String?, _ until: String?) -> BatchWindow {
        BatchWindow(since: since.flatMap { Timestamp($0) }, until: until.flatMap { Timestamp($0) })
    }

    @Test func `since and until are moments`() throws {
        #expect(try window() == BatchWindow())
        #expect(try window(since: "2026-10") == expected("2026-10-01T00:00:00Z", nil))
        #expect(try window(until: "2026-10") == expected(nil, "2026-10-01T00:00:00Z"))
        let week = expected("2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z")
        #expect(try window(since: "last-week", until: "this-week") == week)
    }

    @Test func `a period or a range sets both ends`() throws {
        let week = expected("2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z")
        #expect(try window(during: "last-week") == week && window(since: "last-week..this-week") == week)
        let october = expected("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
        #expect(try window(since: "2026-10..2026-11") == october && window(during: "2026-10") == october)
        // The clocks go back on this day, which has 25 hours.
        let day = expected("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")
        #expect(try window(during: "2026-10-25", timezone: "Europe/Berlin") == day)
    }

    @Test func `an invalid time names its option`() {
        #expect(throws: CommandFailure.badTime(option: "--since", value: "7x")) { try window(since: "7x") }
        #expect(throws: CommandFailure.time(.badPeriod(option: "--since", value: "7x..now"))) {
            try window(since: "7x..now")
        }
        #expect(throws: CommandFailure.time(.rangeAsMoment(option: "--until", value: "3d..now"))) {
            try window(until: "3d..now")
        }
        #expect(throws: CommandFailure.time(.badPeriod(option: "--during", value: "now"))) {
            try window(during: "now")
        }
        #expect(throws: CommandFailure.time(.unknownZone("Europe/Berln", nearest: "Europe/Berlin"))) {
            try window(timezone: "Europe/Berln")
        }
    }

    @Test func `both ends cannot be set twice`() {
        let period = "--since '7d..', --until: cannot be used together, because this period has an end"
        let sentence = "--during, --since, --until: cannot be used together"
        #expect(throws: CommandFailure.conflict(sentence)) { try window(since: "7d", during: "today") }
        #expect(throws: CommandFailure.conflict(sentence)) { try window(until: "now", during: "today") }
        #expect(throws: CommandFailure.conflict(period)) {
            try window(since: "7d..", until: "now")
        }
    }

    @Test func `an empty window is rejected`() {
        let start = "2026-10-01T00:00:00Z"
        #expect(throws: CommandFailure.emptyWindow(since: start, until: start)) {
            try window(since: "2026-10", until: "2026-10")
        }
    }
}
