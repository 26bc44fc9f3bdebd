import BatchPipeline
import MessageBatches
import NIOHTTP1
import TestSupport
import Testing

@testable import BatchService

/// No header of a server ends the process.
struct HostileHeaderTests {
    @Test func `a date of 1700 and a retry-after of 2200 ask for a pause that is too long`() {
        let head = ResponseHead(
            status: 429,
            headers: ["date": "Fri, 01 Jan 1700 00:00:00 GMT", "retry-after": "Wed, 01 Jan 2200 00:00:00 GMT"]
        )
        var policy = RetryPolicy(.list)
        let decision = policy.decide(.answer(head.facts(errorCode: nil, now: Timestamp(seconds: 0))), jitter: 0)
        #expect(decision == .fail(.status(429)))
    }

    @Test func `no header ends the process`() {
        var random = SeededGenerator(seed: 16)
        let dates = ["0000", "0001", "1700", "1969", "2200", "2262", "9999", "99"]
            .flatMap { year in
                [
                    "Fri, 01 Jan \(year) 00:00:00 GMT", "Fri Dec 31 23:59:60 \(year)",
                    "Friday, 31-Dec-\(year) 23:59:59 GMT",
                ]
            }
        let values = dates + HostileValues.numbers + HostileValues.times + ["nan", "inf", "-inf", "1e308", "", "-0"]
        for _ in 0..<3_000 {
            var headers = HTTPHeaders()
            for name in ["date", "retry-after", "retry-after-ms", "x-should-retry", "content-length", "request-id"] {
                headers.add(name: name, value: random.pick(values))
            }
            let head = ResponseHead(status: random.pick([200, 408, 429, 503, 999]), headers: headers)
            let now = Timestamp(random.pick(HostileValues.times)) ?? Timestamp(seconds: 0)
            for code in [nil, "enforced_spend_limit_reached"] {
                var policy = RetryPolicy(.results)
                _ = policy.decide(.answer(head.facts(errorCode: code, now: now)), jitter: random.pick([0, 1, .nan]))
            }
        }
    }
}
