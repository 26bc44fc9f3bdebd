import BatchCommands
import MessageBatches
import Testing

struct TimeExpressionTests {
    private let now = Timestamp("2026-11-22T15:30:00Z") ?? Timestamp(seconds: 0)

    @Test(arguments: [
        ("2024-08-01", "2024-08-01T00:00:00.000000Z"), ("20240801", "2024-08-01T00:00:00.000000Z"),
        ("2024-08-01T06:00:00+02:00", "2024-08-01T04:00:00.000000Z"), ("now", "2026-11-22T15:30:00.000000Z"),
        ("today", "2026-11-22T00:00:00.000000Z"), ("yesterday", "2026-11-21T00:00:00.000000Z"),
        ("7d", "2026-11-15T15:30:00.000000Z"), ("12h", "2026-11-22T03:30:00.000000Z"),
        ("90m", "2026-11-22T14:00:00.000000Z"), ("2w", "2026-11-08T15:30:00.000000Z"),
    ])
    func `every form is parsed to its time`(text: String, moment: String) {
        #expect(TimeExpression.moment(text, now: now)?.text == moment)
    }

    @Test(arguments: ["", "d", "-7d", "+7d", "7", "7x", "7.5d", "2024-02-30", "tomorrow", "99999999d", " 7d", "٧d"])
    func `anything else is rejected`(text: String) {
        #expect(TimeExpression.moment(text, now: now) == nil)
    }
}
