import BatchPipeline
import Testing

/// How requests are spread over parts.
struct PartPlanTests {
    @Test func `a part ends at its limit of requests or of bytes, whichever comes first`() {
        var byCount = PartPlan(maxRequests: 3, maxBytes: 1_000_000)
        #expect(places(in: &byCount, of: Array(repeating: 10, count: 7)) == [0, 0, 0, 1, 1, 1, 2])
        var byBytes = PartPlan(maxRequests: 100, maxBytes: PartPlan.frameBytes + 40)
        #expect(places(in: &byBytes, of: [19, 19, 1, 39, 20, 10]) == [0, 0, 1, 2, 3, 3])
    }

    @Test func `an id never stands twice in a part`() {
        var plan = PartPlan(maxRequests: 3)
        let ids = ["a", "b", "a", "a", "c", "d", "b"]
        let found = ids.map { plan.place(id: Array($0.utf8), bytes: 10)?.part }
        #expect(found == [0, 0, 1, 2, 0, 1, 1])
        #expect(plan.count == 3)
    }

    @Test func `a request too large for any part has none`() {
        var plan = PartPlan(maxBytes: PartPlan.frameBytes + 10)
        #expect(plan.place(id: [1], bytes: 10) == nil)
        #expect(plan.place(id: [1], bytes: 9)?.part == 0)
    }

    @Test func `the limits are those of the service`() {
        #expect(PartPlan.maxRequests == 100_000 && PartPlan.maxBytes == 256_000_000)
    }

    private func places(in plan: inout PartPlan, of sizes: [Int]) -> [Int?] {
        sizes.enumerated().map { plan.place(id: [UInt8($0.offset)], bytes: $0.element)?.part }
    }
}
