import BatchAnalytics
import BatchArchive
import BatchPipeline
import MessageBatches
import Tables
import Testing

struct ComparisonTests {
    private func measures(_ entries: [SummarizedBatch]) -> Measures {
        var rollUp = RollUp(by: Grouping())
        for entry in entries { rollUp.add(entry) }
        return rollUp.measures
    }

    private func batch(succeeded: Int, errored: Int, output: Int64 = 100, hours: Int = 1) -> SummarizedBatch {
        let success = Request.succeeded(model: "claude-opus-4-8", input: 1_000, output: output)
        return .folded(
            Array(repeating: success, count: succeeded) + Array(repeating: .errored(message: "x"), count: errored),
            created: "2026-11-02T00:00:00Z",
            ended: "2026-11-02T\(hours < 10 ? "0" : "")\(hours):00:00Z"
        )
    }

    @Test func `every metric is shown with both values, difference and relative change`() {
        let comparison = Comparison(
            before: measures([batch(succeeded: 99, errored: 1)]),
            after: measures([batch(succeeded: 45, errored: 5, output: 200, hours: 2)])
        )
        #expect(comparison.rows.map(\.metric) == ComparedMetric.allCases)
        #expect(comparison[.requests].difference == .integer(-50))
        #expect(comparison[.requests].relative == -0.5)
        #expect(comparison[.errorRate].before == .decimal(0.01))
        #expect(comparison[.errorRate].after == .decimal(0.1))
        #expect(comparison[.outputP95].difference == .integer(100))
        #expect(comparison[.outputP95].relative == 1)
        #expect(comparison[.queueP50].difference == .integer(3_600))
        #expect(comparison[.costPerRequest].before == .money(Money(picoDollars: 3_750_000_000)))
        #expect(comparison[.costPerRequest].after == .money(Money(picoDollars: 5_000_000_000)))
        #expect(comparison[.usableRate].difference == .decimal(0))
    }

    @Test func `metrics of an empty set are missing and have no difference`() {
        let comparison = Comparison(before: Measures(), after: measures([batch(succeeded: 1, errored: 0)]))
        #expect(comparison[.errorRate].before == .missing)
        #expect(comparison[.errorRate].difference == .missing)
        #expect(comparison[.errorRate].relative == nil)
        #expect(comparison[.requests].difference == .integer(1))
        #expect(comparison[.requests].relative == nil)
        let same = Comparison(before: Measures(), after: Measures())
        #expect(same[.requests].relative == 0)
    }

    @Test(arguments: [
        ("error_rate>+1%", Threshold.Outcome.within), ("error_rate>=+1%", .crossed), ("error_rate>+0.9%", .crossed),
        ("error_rate>+0.009", .crossed), ("error_rate>6%", .crossed), ("error_rate>7%", .within),
        ("error_rate>=0.07", .crossed),
        ("usable_rate<-1%", .within), ("requests<-10%", .within), ("requests<=+0%", .crossed), ("requests<+0", .within),
        ("output_tokens_p95>+10%", .crossed), ("output_tokens_p95>+100", .within),
        ("output_tokens_p95>=+100", .crossed),
        ("output_tokens_p95>150", .crossed),
        ("cost_usd>0", .crossed), ("cost_per_request_usd>+10%", .crossed), ("cost_per_request_usd>+40%", .within),
        ("unpriced_requests>0", .within), ("unpriced_requests>+5%", .within), ("queue_seconds_p95>+0", .within),
        (" error_rate > 6 % ", .crossed),
        ("cache_hit_ratio<50%", .crossed),
    ])
    func `a threshold limits the change or the value`(text: String, expected: Threshold.Outcome) throws {
        let comparison = Comparison(
            before: measures([batch(succeeded: 94, errored: 6)]),
            after: measures([batch(succeeded: 93, errored: 7, output: 200)])
        )
        #expect(try Threshold(text).outcome(for: comparison) == expected)
    }

    // The median is 18,000 seconds, of which the histogram knows that it is from 17,920 to 18,047.
    @Test(arguments: [
        ("queue_seconds_p50>18000", Threshold.Outcome.within), ("queue_seconds_p50>=18000", .within),
        ("queue_seconds_p50>17920", .within), ("queue_seconds_p50>=17920", .crossed),
        ("queue_seconds_p50>17919", .crossed), ("queue_seconds_p50<18000", .within),
        ("queue_seconds_p50<18048", .crossed), ("queue_seconds_p95>32399", .crossed),
        ("queue_seconds_p95>32400", .within),
    ])
    func `a limit within the range of a percentile is not crossed`(text: String, expected: Threshold.Outcome) throws {
        let waits = measures([5, 5, 5, 9].map { batch(succeeded: 1, errored: 0, hours: $0) })
        #expect(try Threshold(text).outcome(for: waits) == expected)
        #expect(try Threshold(text).outcome(for: Comparison(before: Measures(), after: waits)) == expected)
    }

    @Test func `a change from zero crosses every relative limit`() throws {
        let comparison = Comparison(before: Measures(), after: measures([batch(succeeded: 1, errored: 0)]))
        #expect(try Threshold("requests>+1000%").outcome(for: comparison) == .crossed)
        #expect(try Threshold("error_rate>+1%").outcome(for: comparison) == .undefined)
        #expect(try Threshold("error_rate>1%").outcome(for: comparison) == .within)
        #expect(
            try Threshold("queue_seconds_p95>1").outcome(for: Comparison(before: Measures(), after: Measures()))
                == .undefined
        )
    }

    @Test(arguments: [
        ("error_rate", ThresholdError.syntax("error_rate")), ("error_rate>", .syntax("error_rate>")),
        ("error_rate>%", .syntax("error_rate>%")), ("error_rate>one", .syntax("error_rate>one")),
        ("error_rate>1e3", .syntax("error_rate>1e3")), ("error_rate==1", .syntax("error_rate==1")),
        ("error_rate>>1", .syntax("error_rate>>1")), ("colour>1", .unknownMetric("colour")), (">1", .unknownMetric("")),
        ("requests>5%", .percentWithoutSign("requests>5%")), ("", .syntax("")),
        ("requests>+-5", .syntax("requests>+-5")),
    ])
    func `an invalid threshold is rejected`(text: String, expected: ThresholdError) {
        #expect(throws: expected) { try Threshold(text) }
    }
}
