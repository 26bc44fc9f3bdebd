import BatchAnalytics
import BatchPipeline
import Foundation
import JSONLines
import MessageBatches
import TestSupport
import Testing

/// Properties of every registered summary.
struct SummaryLawTests {
    @Test func `every file in Summaries is registered under its own name`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/BatchAnalytics/Summaries")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let registered = SummaryRegistry.kinds.map { "\($0).swift" }
        #expect(files.sorted() == registered.sorted())
        #expect(Set(SummaryRegistry.kinds.map { $0.name }).count == registered.count)
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func `folding parts and merging them gives the same summary as folding the whole`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let strangeness = random.pick([2, 40, 3_000])
        let requests = (0..<1_200).map { _ in Request.random(using: &random, strangeness: strangeness) }
        let cut = random.int(0...requests.count)
        let whole = DecodedBlock(requests)
        let first = DecodedBlock(Array(requests[..<cut]))
        let second = DecodedBlock(Array(requests[cut...]), firstLine: cut + 1)
        func check<S: Summary>(_ kind: S.Type) {
            let expected = S(folding: [whole])
            #expect(S(folding: [first, second]) == expected)
            #expect(S(folding: [first]).merged(with: S(folding: [second])) == expected)
            #expect(S(folding: [second]).merged(with: S(folding: [first])) == expected)
        }
        for kind in SummaryRegistry.kinds { check(kind) }
    }

    @Test func `merging batches does not depend on their order or grouping`() {
        var random = SeededGenerator(seed: 77)
        let blocks = (0..<6)
            .map { _ in
                DecodedBlock((0..<300).map { _ in Request.random(using: &random, strangeness: 2_000) })
            }
        func check<S: Summary>(_ kind: S.Type) {
            let parts = blocks.enumerated()
                .map { number, block in
                    S(folding: [block], of: .ended(created: "2026-03-0\(number + 1)T0\(number):00:00Z"))
                }
            let forward = parts.reduce(S()) { $0.merged(with: $1) }
            let backward = parts.reversed().reduce(S()) { $0.merged(with: $1) }
            let pairs = stride(from: 0, to: parts.count, by: 2).map { parts[$0 + 1].merged(with: parts[$0]) }
            #expect(forward == backward)
            #expect(forward == pairs.reduce(S()) { $0.merged(with: $1) })
        }
        for kind in SummaryRegistry.kinds { check(kind) }
    }

    @Test func `merging the empty summary changes nothing, and it is equal after storage`() throws {
        var random = SeededGenerator(seed: 3)
        let block = DecodedBlock((0..<50).map { _ in Request.random(using: &random) })
        func check<S: Summary>(_ kind: S.Type) throws {
            let summary = S(folding: [block])
            #expect(summary.merged(with: S()) == summary)
            #expect(S().merged(with: summary) == summary)
            #expect(try S().stored() == S())
        }
        for kind in SummaryRegistry.kinds { try check(kind) }
    }

    @Test func `a summary of ordinary data is equal after storage`() throws {
        var random = SeededGenerator(seed: 11)
        let requests = (0..<40)
            .map { number in
                var request = Request.succeeded("doc-\(number)", input: Int64(random.skewed(upTo: 9_000)), output: 7)
                request.model = random.pick(["claude-opus-4-8", "claude-haiku-5-5", "modèle \"x\"", nil])
                request.usage.cacheRead = random.pick([0, 512])
                request.stopReason = random.pick(["end_turn", "refusal", nil])
                return number % 5 == 0
                    ? .errored("doc-\(number)", message: "no \(number)", requestID: "req_1") : request
            }
        func check<S: Summary>(_ kind: S.Type) throws {
            let summary = S(requests)
            #expect(try summary.stored() == summary)
        }
        for kind in SummaryRegistry.kinds { try check(kind) }
    }

    @Test func `the order of keys, white space, escapes and keys of later versions do not matter`() throws {
        var random = SeededGenerator(seed: 12)
        let requests = (0..<60).map { _ in Request.random(using: &random) }
        func check<S: Summary>(_ kind: S.Type) throws {
            let summary = S(requests)
            let object = try JSONSerialization.jsonObject(with: Data(summary.node.text))
            var members = try #require(object as? [String: Any])
            members["of_a_later_version"] = ["x": [1, 2.5, NSNull()]]
            let text = try JSONSerialization.data(withJSONObject: members, options: .prettyPrinted)
            #expect(try S(json: Array(text)) == summary.stored())
        }
        for kind in SummaryRegistry.kinds { try check(kind) }
    }

    @Test(arguments: [1, 2, 3])
    func `a truncated or changed summary is read or rejected, without a crash`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let requests = (0..<30).map { _ in Request.random(using: &random) }
        func check<S: Summary>(_ kind: S.Type) throws {
            let text = S(requests).node.text
            for _ in 0..<50 {
                let cut = Array(text.prefix(random.int(0...text.count - 1)))
                #expect(throws: JSONSyntaxError.self) { try S(json: cut) }
                var changed = text
                changed[random.int(0...text.count - 1)] = UInt8(random.int(32...126))
                if let read = try? S(json: changed) { _ = try read.stored() }
            }
        }
        for kind in SummaryRegistry.kinds { try check(kind) }
    }

    @Test(arguments: ["{", "[]", "null", "7", "{\"models\":{\"names\":[],\"rows\":[\"0 1\"]}}"])
    func `a damaged summary is an error, never a crash`(text: String) {
        func check<S: Summary>(_ kind: S.Type) {
            _ = try? S(json: Array(text.utf8))
        }
        for kind in SummaryRegistry.kinds { check(kind) }
        #expect(throws: (any Error).self) { try TokenSummary(json: Array(text.utf8)) }
    }
}

/// The size limits of a batch's summaries.
struct SummarySizeTests {
    private static let hostile: SummarySet = {
        var set = SummarySet(SummaryRegistry.kinds)
        for start in stride(from: 0, to: 3_000, by: 1_500) {
            set.fold(DecodedBlock(hostileRequests(count: 1_500, from: start), firstLine: start + 1), of: .ended())
        }
        return set
    }()

    @Test func `all summaries of a batch together stay below 32 KB for any data`() {
        let sizes = Self.hostile.summaries.map { (type(of: $0).name, $0.node.text.count) }
        let total = sizes.reduce(0) { $0 + $1.1 + $1.0.count + 4 }
        #expect(total <= 30_000, "\(sizes)")
    }

    @Test func `rows that do not fit are counted as other, and no count is lost`() throws {
        let tokens = try #require(Self.hostile.summary(TokenSummary.self))
        let stored = try tokens.stored()
        #expect(stored.models.rows.count < tokens.models.rows.count)
        #expect(stored.total == tokens.total)
        let errors = try #require(Self.hostile.summary(ErrorSummary.self))
        #expect(try errors.stored().total.count == errors.total.count)
        #expect(errors.total.count == 750)
        let prefixes = try #require(Self.hostile.summary(PrefixSummary.self)).stored().groups
        #expect(prefixes.rows.reduce(prefixes.other.requests) { $0 + $1.value.requests } == 3_000)
        let outcomes = try #require(Self.hostile.summary(OutcomeSummary.self))
        #expect(try outcomes.stored().requests == 3_000)
        let sizes = try #require(Self.hostile.summary(PercentileSummary.self))
        #expect(try sizes.stored().input.count == sizes.input.count)
    }

    @Test func `storing a summary twice changes nothing`() throws {
        func check<S: Summary>(_ summary: S) throws {
            let once = try summary.stored()
            #expect(try once.stored() == once)
        }
        for summary in Self.hostile.summaries { try check(summary) }
    }
}

extension Summary {
    fileprivate init(folding blocks: [DecodedBlock], of batch: MessageBatch = .ended()) {
        self.init()
        for block in blocks { fold(block.priced(of: batch), of: batch) }
    }

    fileprivate func merged(with other: Self) -> Self {
        var sum = self
        sum.merge(other)
        return sum
    }

    fileprivate func stored() throws -> Self {
        try Self(json: node.text)
    }
}

/// Requests without a common value, with names as long and numbers as large as possible.
private func hostileRequests(count: Int, from start: Int = 0) -> [Request] {
    var random = SeededGenerator(seed: UInt64(start) + 1)
    return (start..<start + count)
        .map { number in
            let name = "/\"\\\u{1}\(number)" + String(repeating: "\u{2}", count: 60)
            if number % 4 == 0 { return .errored("\(name)-1", type: name, message: name, requestID: name) }
            if number % 7 == 0 { return .other(.other(name), name) }
            var request = Request(customID: "\(name)-\(number)", model: name, stopReason: name, tier: name, geo: name)
            request.usage.input = Int64(random.skewed(upTo: 1_000_000_000_000))
            request.usage.output = Int64(random.skewed(upTo: 1_000_000_000_000))
            request.usage.cacheRead = Int64(random.skewed(upTo: 1_000_000_000_000))
            request.usage.cacheCreation5m = Int64(random.skewed(upTo: 1_000_000_000_000))
            request.usage.cacheCreation1h = 1_000_000_000_000
            request.usage.thinking = 1_000_000_000_000
            request.usage.webSearches = 1_000_000_000_000
            request.usage.webFetches = 1_000_000_000_000
            request.textBytes = random.skewed(upTo: 1_000)
            return request
        }
}
