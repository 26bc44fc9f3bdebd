import TestSupport
import Testing

@testable import BatchAnalytics

/// The automatic depth of groups by prefix.
struct PrefixSurveyTests {
    private func survey(_ batches: [[String]]) -> PrefixSurvey {
        var (first, second) = (PrefixSurvey(), PrefixSurvey())
        for (number, ids) in batches.enumerated() {
            let batch = ids.map { Request.succeeded($0) }
            if number.isMultiple(of: 2) { first.add(.folded(batch)) } else { second.add(.folded(batch)) }
        }
        second.merge(first)
        return second
    }

    /// IDs with `counts[n]` different values in part n, and as many requests of each as `repeats`.
    private func ids(_ counts: [Int], prefix: String = "p", repeats: Int = 1) -> [String] {
        let heads = counts.enumerated()
            .reduce([""]) { heads, next in
                heads.flatMap { head in (0..<next.element).map { "\(head)\(prefix)\(next.offset)x\($0)y-" } }
            }
        return heads.flatMap { head in (0..<repeats).map { "\(head)\($0)" } }
    }

    @Test func `it is 1 if the first parts give several groups of similar size`() {
        #expect(survey([ids([4, 3, 9])]).automaticDepth == 1)
        #expect(survey([ids([30, 2])]).automaticDepth == 1)
    }

    @Test func `it increases while there is a single group`() {
        #expect(survey([ids([1, 5, 100])]).automaticDepth == 2)
        #expect(survey([ids([1, 1, 5, 9])]).automaticDepth == 3)
        #expect(survey([ids([1, 60, 2])]).automaticDepth == 2)
        // Another depth gives too many groups, or none.
        #expect(survey([ids([1, 61, 2])]).automaticDepth == 1)
        #expect(survey([ids([1], repeats: 9)]).automaticDepth == 1)
    }

    @Test func `it increases while one group has more than 80 percent of the requests`() {
        let large = ids([1, 8, 90], prefix: "a")
        #expect(survey([large, ids([1], prefix: "b", repeats: 100)]).automaticDepth == 2)
        #expect(survey([large, ids([1], prefix: "b", repeats: 400)]).automaticDepth == 1)
        #expect(survey([ids([1, 31], prefix: "a", repeats: 9), ids([1], prefix: "b")]).automaticDepth == 1)
    }

    @Test func `it is 0 if numbers at the end of the first parts give too many groups`() {
        #expect(survey([(0..<31).map { "doc\($0)_chunk-1" } + ["req-1"]]).automaticDepth == 0)
        #expect(survey([(0..<9_000).map { "doc\($0)_chunk-1" }]).automaticDepth == 0)
        // Without numbers, depth 0 would give as many.
        #expect(survey([ids([31])]).automaticDepth == 1)
    }

    @Test func `it does not depend on the order of the batches`() {
        let batches = [ids([2, 9]), ids([1, 70, 3], prefix: "q"), ids([1, 4, 2], prefix: "r", repeats: 50)]
        let depths = [[0, 1, 2], [2, 1, 0], [1, 0, 2]]
            .map { order in
                survey(order.map { batches[$0] }).automaticDepth
            }
        #expect(Set(depths).count == 1)
    }

    @Test func `the known depth is that of the batch with the fewest depths`() {
        #expect(survey([]).isKnown && survey([]).automaticDepth == 1)
        #expect(survey([ids([1, 2, 3])]).knownDepth == .max)
        #expect(survey([ids([1, 2, 3]), ids([1, 2, 90])]).knownDepth == 2)
        #expect(!survey([ids([9]), ids([65])]).isKnown)
    }
}
