import TestSupport
import BatchPipeline
import MessageBatches

extension Request {
    /// A random request of any kind; rare kinds occur more often than in reality.
    static func random(using random: inout SeededGenerator, strangeness: Int = 10) -> Request {
        let number = random.int(0...99_999)
        let customID = random.pick(["req-\(number)", "doc_2024-\(number % 50)", "syn\(number % 9)", "a_\(number % 3)"])
        switch random.int(0...9) {
        case 0:
            return .errored(
                customID,
                type: random.pick(["invalid_request_error", "overloaded_error", "odd_\(random.int(0...strangeness))"]),
                message: message(using: &random, strangeness: strangeness),
                requestID: random.pick([nil, "req_\(number)"])
            )
        case 1:
            let odd = ResultType.other("odd\(random.int(0...strangeness))")
            return .other(random.pick([.canceled, .expired, odd]), customID)
        default:
            return success(customID, using: &random, strangeness: strangeness)
        }
    }

    private static func success(
        _ customID: String,
        using random: inout SeededGenerator,
        strangeness: Int
    ) -> Request {
        var request = Request(customID: customID)
        request.model = random.pick([
            "claude-opus-4-8", "claude-haiku-5-5", "model-\(random.int(0...strangeness))", nil,
        ])
        request.stopReason = random.pick([
            "end_turn", "max_tokens", "refusal", nil, "odd\(random.int(0...strangeness))",
        ])
        request.tier = random.pick(["batch", "standard", nil])
        request.geo = random.pick(["us", "global", "not_available", nil, "geo\(random.int(0...strangeness))"])
        request.usage.input = Int64(random.skewed(upTo: 300_000))
        request.usage.output = Int64(random.skewed(upTo: 32_000))
        request.usage.cacheCreation5m = random.pick([0, 0, Int64(random.skewed(upTo: 5_000))])
        request.usage.cacheCreation1h = random.pick([0, 0, 0, Int64(random.skewed(upTo: 5_000))])
        request.usage.cacheRead = random.pick([0, Int64(random.skewed(upTo: 50_000))])
        request.usage.thinking = request.usage.output / 2
        request.usage.webSearches = random.pick([0, 0, 0, 3])
        request.usageIsReadable = random.int(0...30) > 0
        request.textBytes = random.skewed(upTo: 900)
        request.toolUses = random.pick([0, 0, 1])
        request.isEscaped = random.int(0...20) == 0
        return request
    }

    private static func message(using random: inout SeededGenerator, strangeness: Int) -> String {
        let word = String((0...random.int(0...strangeness)).map { _ in random.pick(Array("abcdefgh")) })
        return random.pick([
            "Your credit balance is too low to access the Anthropic API.",
            "messages.\(random.int(0...9)).content: at most \(random.int(1...900)) blocks",
            "strange \(word) happened",
        ])
    }
}
