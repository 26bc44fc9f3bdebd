import BatchAnalytics
import BatchPipeline
import MessageBatches
import Prices
import TestSupport
import Testing

struct PricerTests {
    private let pricer = Pricer(table: .builtIn)
    private let day = "2026-11-01".day

    private func usage(
        input: Int64 = 0,
        output: Int64 = 0,
        write5m: Int64 = 0,
        write1h: Int64 = 0,
        read: Int64 = 0,
        searches: Int64 = 0
    ) -> TokenUsage {
        Request.succeeded(
            input: input,
            output: output,
            write5m: write5m,
            write1h: write1h,
            read: read,
            searches: searches
        )
        .usage
    }

    @Test func `a batch costs half of every token class`() {
        let million = usage(
            input: 1_000_000,
            output: 1_000_000,
            write5m: 1_000_000,
            write1h: 1_000_000,
            read: 1_000_000
        )
        let cost = pricer.cost(of: million, model: "claude-opus-4-8", geo: "global", day: day)
        #expect(cost.list.text == "46.75")
        #expect(cost.batch.text == "23.375")
        #expect(cost.savedByBatch.text == "23.375")
        // As uncached input, the cached tokens would have cost 7.50; they cost 8.375.
        #expect(cost.savedByCache.text == "-0.875")
        #expect(cost.pricedRequests == 1)
        #expect(cost.assumedRequests == 0)
    }

    @Test func `reads save and writes cost, both at batch price`() {
        let read = pricer.cost(of: usage(read: 1_000_000), model: "claude-opus-4-8", geo: "", day: day)
        #expect(read.savedByCache.text == "2.25")
        let write = pricer.cost(of: usage(write1h: 1_000_000), model: "claude-opus-4-8", geo: "", day: day)
        #expect(write.savedByCache.text == "-2.5")
    }

    @Test func `the geo us costs ten percent more if the table says so`() {
        let tokens = usage(input: 1_000_000, read: 1_000_000)
        #expect(pricer.cost(of: tokens, model: "claude-opus-4-8", geo: "us", day: day).batch.text == "3.025")
        #expect(pricer.cost(of: tokens, model: "claude-opus-4-8", geo: "US", day: day).batch.text == "2.75")
        #expect(pricer.cost(of: tokens, model: "claude-opus-4-5", geo: "us", day: day).batch.text == "2.75")
    }

    @Test func `web searches cost a cent each, in a batch too`() {
        let cost = pricer.cost(of: usage(searches: 3), model: "claude-opus-4-8", geo: "", day: day)
        #expect(cost.batch.text == "0.03")
        #expect(cost.list.text == "0.03")
    }

    @Test func `above the edge all tokens of the request cost the higher price`() {
        let below = pricer.cost(
            of: usage(input: 99_000, output: 10, read: 1_000),
            model: "claude-haiku-5-5",
            geo: "",
            day: day
        )
        #expect(below.batch.text == "0.0049575")
        let above = pricer.cost(
            of: usage(input: 99_000, output: 10, read: 1_001),
            model: "claude-haiku-5-5",
            geo: "",
            day: day
        )
        #expect(above.batch.text == "0.024787525")
    }

    @Test(arguments: [("claude-9", 5, 0), ("", 5, 0), ("claude-mythos-preview", 5, 1)])
    func `a request without a price is unpriced and never free`(model: String, input: Int64, read: Int64) {
        let cost = pricer.cost(of: usage(input: input, read: read), model: model, geo: "", day: "2026-05-01".day)
        #expect(cost.unpricedRequests == 1)
        #expect(cost.unpriced[Label(model)]?.count == 1)
        #expect(cost.batch == .zero)
        #expect(cost.pricedRequests == 0)
    }

    @Test func `a token class without a price does not matter if a request has no such tokens`() {
        let cost = pricer.cost(of: usage(input: 2), model: "claude-mythos-preview", geo: "", day: "2026-05-01".day)
        #expect(cost.batch.picoDollars == 25_000_000)
        #expect(cost.unpricedRequests == 0)
    }

    @Test func `a day outside the table is assumed, not unpriced`() {
        let cost = pricer.cost(of: usage(input: 2), model: "claude-opus-4-8", geo: "", day: "2020-01-01".day)
        #expect(cost.assumedRequests == 1)
        #expect(cost.batch.picoDollars == 5_000_000)
    }

    @Test func `the cost from summaries is the sum of the requests' costs`() {
        var random = SeededGenerator(seed: 99)
        let models = [
            "claude-opus-4-8", "claude-haiku-5-5", "claude-mythos-preview", "claude-9", "claude-3-haiku-20240307",
        ]
        let requests = (0..<2_000)
            .map { _ in
                var request = Request.random(using: &random)
                if request.type == .succeeded {
                    (request.model, request.geo) = (random.pick(models), random.pick(["us", nil]))
                }
                return request
            }
        var expected = Cost()
        for request in requests where request.type == .succeeded {
            let model = request.model ?? ""
            var cost = pricer.cost(of: request.usage, model: model, geo: request.geo ?? "", day: day)
            if !request.usageIsReadable {
                cost = Cost()
                var cell = UsageCell()
                (cell.requests, cell.unreadable) = (1, 1)
                let key = UsageKey(
                    model: Label(model),
                    geo: Label(),
                    tier: Label(),
                    promptSize: .upTo100000,
                    cacheClasses: []
                )
                cost = pricer.cost(of: cell, key: key, day: day)
                #expect(cost.unpricedRequests == 1)
            }
            expected.merge(cost)
        }
        let found = pricer.cost(of: TokenSummary(requests), day: day)
        #expect(found == expected)
        #expect(found.unpricedRequests > 0)
        #expect(found.assumedRequests > 0)
        #expect(found.batch > .zero)
    }

    @Test func `requests without a cell of their own are unpriced`() throws {
        let requests = (0..<2_000)
            .map { number in
                var request = Request.succeeded(input: 5)
                request.geo = "geo \(number)"
                return request
            }
        let summary = TokenSummary(requests)
        let cost = pricer.cost(of: summary, day: "2026-01-01".day)
        #expect(cost.pricedRequests == 512)
        #expect(cost.unpricedRequests == 1_488)
    }

    @Test func `sums at their limit have no price`() {
        var cell = UsageCell()
        cell.requests = 4
        cell.usage.input = .max
        let key = UsageKey(
            model: Label("claude-opus-4-8"),
            geo: Label(),
            tier: Label(),
            promptSize: .above200000,
            cacheClasses: []
        )
        #expect(pricer.cost(of: cell, key: key, day: day).unpricedRequests == 4)
    }

    @Test func `a table with other tier edges prices requests but not summaries`() throws {
        let csv = "model_id,prompt_min,prompt_max,input,output\nm,,50000,1,1\nm,50001,,2,2\n"
        let table = try PriceTableReader.table(csv: csv, origin: .file("p.csv"))
        #expect(throws: TierEdgesError(edges: [50_000])) { try Pricer(forSummaries: table) }
        let cost = Pricer(table: table).cost(of: usage(input: 50_001), model: "m", geo: "", day: day)
        #expect(cost.batch.picoDollars == 50_001_000_000)
        let known = "model_id,prompt_min,prompt_max,input,output\nm,0,200000,1,1\nm,200001,,2,2\n"
        #expect(throws: Never.self) {
            try Pricer(forSummaries: PriceTableReader.table(csv: known, origin: .file("p.csv")))
        }
    }
}
