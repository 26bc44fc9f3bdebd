import BatchAnalytics
import BatchPipeline
import JSONLines
import MessageBatches
import Testing

struct TokenSummaryTests {
    @Test func `tokens are summed separately for each model`() {
        var us = Request.succeeded(input: 10, output: 1)
        us.geo = "us"
        let summary = TokenSummary([
            .succeeded(input: 1, output: 5), .succeeded(input: 2, output: 6), us,
            .succeeded(model: "claude-opus-4-8", input: 3), .succeeded(input: 100_001),
        ])
        #expect(summary.models.rows.count == 2)
        let haiku = summary.models[Label("claude-haiku-4-5-20251001")]
        #expect(haiku?.requests == 4 && haiku?.usage.input == 100_014 && haiku?.usage.output == 12)
        #expect(summary.total.requests == 5)
        #expect(summary.total.usage.input == 100_017)
    }

    @Test func `only succeeded requests count, and unreadable usage adds no tokens`() {
        var unreadable = Request.succeeded(input: 5, output: 700)
        unreadable.usageIsReadable = false
        let summary = TokenSummary([unreadable, .errored(message: "x"), .other(.expired), .succeeded(output: 2)])
        #expect(summary.total.requests == 2)
        #expect(summary.cost.unpricedRequests == 1)
        #expect(summary.total.usage.output == 2)
    }

    @Test func `a missing model is a label of its own`() {
        #expect(TokenSummary([.succeeded(model: nil, input: 1)]).models[Label("")]?.requests == 1)
    }

    @Test func `a path before a model is removed if the name is too long`() {
        let path = "arn:aws:bedrock:us-east-1:123456789012:inference-profile"
        let names = ["\(path)/us.anthropic.claude-opus-4-8", "eu/claude-opus-4-8"]
        let models = TokenSummary(names.map { .succeeded(model: $0) }).models
        #expect(models.rows.count == 2)
        #expect(models[Label("…/us.anthropic.claude-opus-4-8")]?.requests == 1)
        #expect(models[Label("eu/claude-opus-4-8")]?.requests == 1)
    }

    @Test func `a model without a price is counted with the sizes of its prompts`() throws {
        var unreadable = Request.succeeded(model: "m")
        unreadable.usageIsReadable = false
        let summary = TokenSummary([
            .succeeded(model: "m", input: 9), unreadable, .succeeded(model: "m", input: 500), .succeeded(input: 7),
        ])
        let tally = try #require(summary.unpriced[Label("m")])
        #expect(summary.unpriced.rows.count == 1)
        #expect(tally.requests == 3 && tally.readable == 2)
        #expect(tally.smallestPrompt == 9 && tally.largestPrompt == 500)
        #expect(try TokenSummary(json: summary.node.text) == summary)
    }

    @Test func `a name written with escapes is the same name`() {
        var escaped = Request.succeeded(input: 1)
        escaped.isEscaped = true
        #expect(TokenSummary([escaped, .succeeded(input: 1)]).models.rows.map(\.value.requests) == [2])
    }

    @Test func `many models in one block are counted separately`() {
        let requests = (0..<200).map { Request.succeeded(model: "model-\($0 % 100)", input: 1) }
        let summary = TokenSummary(requests)
        #expect(summary.models.rows.count == 100)
        #expect(summary.models.rows.allSatisfy { $0.value.requests == 2 })
    }

    @Test func `sums that would overflow stay at the largest number`() {
        var cell = UsageCell()
        cell.requests = 1
        cell.usage.input = .max - 1
        var other = cell
        other.merge(cell)
        #expect(other.usage.input == .max)
        #expect(other.usage.isClamped)
        #expect(!cell.usage.isClamped)
    }

    @Test(arguments: [
        #"{"names":["m"],"rows":["1 5"]}"#, #"{"names":["m"],"rows":["0","x"]}"#,
        #"{"names":["m"],"rows":["0 0 0 0 0 99999999999999999999"]}"#, #"{"names":["m"],"rows":["0 0  0 0 0 5"]}"#,
        #"{"names":["m"],"rows":["0 0 0 0 0 -5"]}"#, #"{"names":["m"],"rows":["0 0 0 0 0 5 "]}"#,
        #"{"names":["m"],"rows":[],"other":"x"}"#, #"{"rows":[]}"#,
    ])
    func `damaged rows are an error`(cells: String) {
        #expect(throws: (any Error).self) {
            try TokenSummary(json: Array("{\"models\":\(cells)}".utf8))
        }
    }

    @Test func `the stored form matches the documentation`() {
        let summary = TokenSummary([
            .succeeded(input: 500, output: 20, read: 7), .succeeded(input: 1, output: 2, read: 1),
        ])
        let json = String(decoding: summary.node.text, as: UTF8.self)
        let row = "0 2 2 0 0 0 305900000 0 611800000 0 309500000 0 0 501 22 0 0 8"
        #expect(json == #"{"models":{"names":["claude-haiku-4-5-20251001"],"rows":[""# + row + #""]}}"#)
    }
}
