import Testing

@testable import BatchCommands

struct TimeSpanTests {
    @Test(arguments: [
        ("30s", 30), ("90m", 5_400), ("12h", 43_200), ("7d", 604_800), ("2w", 1_209_600), ("1000000s", 1_000_000),
    ])
    func `every unit of a fixed length is a span`(text: String, seconds: Int64) {
        #expect(TimeSpan(text)?.seconds == seconds && TimeSpan(text)?.text == text)
    }

    @Test(arguments: ["", "7", "s", "1mo", "1y", "today", "-1s", "1.5h", "1000001s", "1h30m", "½d"])
    func `months, dates and anything else are not spans`(text: String) {
        #expect(TimeSpan(text) == nil)
        #expect(throws: CommandFailure.badSpan(option: "--wait", value: text)) { try TimeSpan(text, "--wait") }
    }

    @Test func `a timeout is a span or a number of seconds`() throws {
        func settings(_ value: String) throws -> Int64? {
            try TimeSpan(value, "--idle-timeout", allowsSeconds: true)?.seconds
        }
        #expect(try settings("180") == 180 && settings("3m") == 180)
        #expect(throws: CommandFailure.badSpan(option: "--idle-timeout", value: "3x")) { try settings("3x") }
        var options = ConnectionOptions()
        (options.maxRpm, options.connectTimeout, options.header) = (nil, "5", [])
        for value in ["0", "0s", "3601", "2h", "1d"] {
            options.idleTimeout = value
            #expect(throws: CommandFailure.outOfRange(option: "--idle-timeout", value: value, allowed: "1s to 1h")) {
                try options.check()
            }
        }
        options.idleTimeout = "1h"
        try options.check()
    }
}
