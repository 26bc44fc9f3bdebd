import BatchAnalytics
import BatchPipeline
import JSONLines
import MessageBatches
import Prices
import TestSupport
import Testing

struct CostTests {
    private let opus = "claude-opus-4-8"

    /// The cost of requests of a batch that was created on a day.
    private func cost(
        _ requests: [Request],
        day: String = "2026-11-01",
        table: PriceTable = .builtIn,
        origin: String? = nil
    ) -> Cost {
        let batch = MessageBatch.ended(created: "\(day)T10:00:00Z", ended: nil)
        let pricing = RequestPricing(table: table, origin: origin)
        var summary = TokenSummary()
        summary.fold(DecodedBlock(requests).priced(by: pricing, of: batch), of: batch)
        return summary.cost
    }

    @Test func `a batch costs half of every token class`() {
        let million: Int64 = 1_000_000
        let cost = cost([
            .succeeded(
                model: opus,
                input: million,
                output: million,
                write5m: million,
                write1h: million,
                read: million
            )
        ])
        #expect(cost.list.text == "46.75")
        #expect(cost.batch.text == "23.375")
        #expect(cost.savedByBatch.text == "23.375")
        // As uncached input, the cached tokens would have cost 7.50; they cost 8.375.
        #expect(cost.savedByCache.text == "-0.875")
        #expect(cost.pricedRequests == 1)
        #expect(cost.assumedRequests == 0)
    }

    @Test func `reads save and writes cost, both at batch price`() {
        #expect(cost([.succeeded(model: opus, read: 1_000_000)]).savedByCache.text == "2.25")
        #expect(cost([.succeeded(model: opus, write1h: 1_000_000)]).savedByCache.text == "-2.5")
    }

    @Test func `the geo us costs ten percent more if the table says so`() {
        func batch(_ model: String, _ geo: String) -> String {
            var request = Request.succeeded(model: model, input: 1_000_000, read: 1_000_000)
            request.geo = geo
            return cost([request]).batch.text
        }
        #expect(batch("claude-opus-4-8", "us") == "3.025")
        #expect(batch("claude-opus-4-8", "US") == "2.75")
        #expect(batch("claude-opus-4-5", "us") == "2.75")
    }

    @Test func `web searches cost a cent each, in a batch too`() {
        let cost = cost([.succeeded(model: opus, searches: 3)])
        #expect(cost.batch.text == "0.03")
        #expect(cost.list.text == "0.03")
    }

    @Test func `above the edge all tokens of the request cost the higher price`() {
        let below = cost([.succeeded(model: "claude-haiku-5-5", input: 99_000, output: 10, read: 1_000)])
        #expect(below.batch.text == "0.0049575")
        let above = cost([.succeeded(model: "claude-haiku-5-5", input: 99_000, output: 10, read: 1_001)])
        #expect(above.batch.text == "0.024787525")
    }

    @Test(arguments: [("claude-9", 5, 0), ("", 5, 0), ("claude-mythos-preview", 5, 1)])
    func `a request without a price is unpriced and never free`(model: String, input: Int64, read: Int64) {
        let cost = cost([.succeeded(model: model, input: input, read: read)], day: "2026-05-01")
        #expect(cost.unpricedRequests == 1)
        #expect(cost.unpriced[Label(model)]?.count == 1)
        #expect(cost.batch == .zero)
        #expect(cost.pricedRequests == 0)
    }

    @Test func `a token class without a price does not matter if a request has no such tokens`() {
        let cost = cost([.succeeded(model: "claude-mythos-preview", input: 2)], day: "2026-05-01")
        #expect(cost.batch.picoDollars == 25_000_000)
        #expect(cost.unpricedRequests == 0)
    }

    @Test func `a day outside the table is assumed, not unpriced`() {
        let cost = cost([.succeeded(model: opus, input: 2)], day: "2020-01-01")
        #expect(cost.assumedRequests == 1)
        #expect(cost.batch.picoDollars == 5_000_000)
    }

    @Test func `models without a row of their own keep their cost`() throws {
        let rows = (0..<400).map { "m\($0),,,,,,2,4" }.joined(separator: "\n")
        let csv = "model_id,aliases,prompt_min,prompt_max,valid_from,valid_to,input,output\n\(rows)\n"
        let table = try PriceTableReader.table(csv: csv, origin: .file("p.csv"))
        let cost = cost((0..<400).map { .succeeded(model: "m\($0)", input: 5) }, table: table)
        #expect(cost.pricedRequests == 400)
        #expect(cost.batch.picoDollars == 400 * 5 * 1_000_000)
    }

    @Test(
        arguments: [
            ("batch", nil, "1", 0), (nil, "https://gateway.example.com", "1", 0),
            ("batch", "http://127.0.0.1:80", "1", 0),
            ("standard", nil, "1", 1), ("priority", "https://api.anthropic.com", "1", 1),
            ("standard", "https://gateway.example.com", "2", 1),
            ("flex", "https://api.anthropic.com.example.org", "2", 1),
        ] as [(String?, String?, String, Int)]
    )
    func `only other services with other tiers cost the list price`(
        tier: String?,
        origin: String?,
        dollars: String,
        assumed: Int
    ) {
        var request = Request.succeeded(model: opus, input: 400_000)
        request.tier = tier
        let cost = cost([request], origin: origin)
        #expect(cost.batch.text == dollars)
        #expect(cost.list.text == "2")
        #expect(cost.assumedRequests == assumed)
    }

    @Test func `the stored form of a summary keeps amounts above nine million dollars`() throws {
        let request = Request.succeeded(model: "claude-opus-4-1", input: 1_000_000_000_000, output: 1)
        let batch = MessageBatch.ended(created: "2026-01-01T00:00:00Z", ended: nil)
        let summary = TokenSummary([request, request, request], of: batch)
        #expect(try TokenSummary(json: summary.node.text).cost == summary.cost)
        #expect(summary.cost.batch.text == "22500000.0001125")
    }
}
