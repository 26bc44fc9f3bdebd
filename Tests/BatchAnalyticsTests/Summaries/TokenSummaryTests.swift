import BatchAnalytics
import BatchPipeline
import JSONLines
import MessageBatches
import Testing

struct TokenSummaryTests {
    @Test func `tokens are summed separately for each pricing key`() {
        var us = Request.succeeded(input: 10, output: 1)
        us.geo = "us"
        var standard = Request.succeeded(input: 20, output: 2)
        standard.tier = "standard"
        let summary = TokenSummary([
            .succeeded(input: 1, output: 5), .succeeded(input: 2, output: 6), us, standard,
            .succeeded(model: "claude-opus-4-8", input: 3), .succeeded(input: 100_001), .succeeded(input: 1, read: 9),
        ])
        #expect(summary.cells.rows.count == 6)
        let plain = summary.cells.rows.first { $0.value.requests == 2 }
        #expect(plain?.key.model.text == "claude-haiku-4-5-20251001")
        #expect(plain?.value.usage.input == 3)
        #expect(plain?.value.usage.output == 11)
        #expect(summary.total.requests == 7)
        #expect(summary.total.usage.input == 100_038)
    }

    @Test(
        arguments: [
            (0, PromptSize.upTo100000), (100_000, .upTo100000), (100_001, .upTo200000), (200_000, .upTo200000),
            (200_001, .above200000), (1_000_000_000_000, .above200000),
        ] as [(Int64, PromptSize)]
    )
    func `the size of a prompt counts cached tokens too`(tokens: Int64, size: PromptSize) {
        let part = tokens / 4
        let request = Request.succeeded(input: tokens - 3 * part, write5m: part, write1h: part, read: part)
        #expect(TokenSummary([request]).cells.rows.map(\.key.promptSize) == [size])
    }

    @Test func `requests with tokens in different cache classes are summed separately`() {
        let summary = TokenSummary([
            .succeeded(write5m: 1), .succeeded(write1h: 1), .succeeded(read: 1), .succeeded(write5m: 1, read: 1),
            .succeeded(),
        ])
        let classes = Set(summary.cells.rows.map(\.key.cacheClasses))
        #expect(classes == [[.creation5m], [.creation1h], [.read], [.creation5m, .read], []])
    }

    @Test func `only succeeded requests count, and unreadable usage adds no tokens`() {
        var unreadable = Request.succeeded(input: 5, output: 700)
        unreadable.usageIsReadable = false
        let summary = TokenSummary([unreadable, .errored(message: "x"), .other(.expired), .succeeded(output: 2)])
        #expect(summary.total.requests == 2)
        #expect(summary.total.unreadable == 1)
        #expect(summary.total.usage.output == 2)
    }

    @Test func `a missing model, geo or tier is a label of its own`() {
        var request = Request.succeeded(model: nil, input: 1)
        (request.geo, request.tier) = (nil, nil)
        let key = TokenSummary([request]).cells.rows.first?.key
        #expect([key?.model.text, key?.geo.text, key?.tier.text] == ["", "", ""])
    }

    @Test func `a name written with escapes is the same name`() {
        var escaped = Request.succeeded(input: 1)
        escaped.isEscaped = true
        #expect(TokenSummary([escaped, .succeeded(input: 1)]).cells.rows.map(\.value.requests) == [2])
    }

    @Test func `many models in one block are counted separately`() {
        let requests = (0..<200).map { Request.succeeded(model: "model-\($0 % 100)", input: 1) }
        let summary = TokenSummary(requests)
        #expect(summary.cells.rows.count == 100)
        #expect(summary.cells.rows.allSatisfy { $0.value.requests == 2 })
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
        #"{"names":["m"],"rows":["0 0 0 0"]}"#, #"{"names":["m"],"rows":["0 0 1 0 0 5"]}"#,
        #"{"names":["m"],"rows":["0 0 0 3 0 5"]}"#, #"{"names":["m"],"rows":["0 0 0 0 8 5"]}"#,
        #"{"names":["m"],"rows":["0 0 0 0 0 99999999999999999999"]}"#, #"{"names":["m"],"rows":["0 0  0 0 0 5"]}"#,
        #"{"names":["m"],"rows":["0 0 0 0 0 -5"]}"#, #"{"names":["m"],"rows":["0 0 0 0 0 5 "]}"#,
        #"{"names":["m"],"rows":[],"other":"x"}"#, #"{"rows":[]}"#,
    ])
    func `damaged rows are an error`(cells: String) {
        #expect(throws: (any Error).self) {
            try TokenSummary(json: Array("{\"cells\":\(cells)}".utf8))
        }
    }

    @Test func `the stored form matches the documentation`() {
        let summary = TokenSummary([
            .succeeded(input: 500, output: 20, read: 7), .succeeded(input: 1, output: 2, read: 1),
        ])
        let json = String(decoding: summary.node.text, as: UTF8.self)
        let names = #"["claude-haiku-4-5-20251001","not_available","batch"]"#
        #expect(json == #"{"cells":{"names":"# + names + #","rows":["0 1 2 0 4 2 501 22 0 0 8"]}}"#)
    }
}
