import BatchSimulator
import Testing

@testable import SimulatorTestSupport

struct FaultScheduleTests {
    private func hits(_ occurrence: Fault.Occurrence, requests: Int, seed: UInt64 = 1) -> [Int] {
        var schedule = FaultSchedule([Fault(.gzip, on: [.results], occurrence)], seed: seed)
        return (1...requests).filter { _ in !schedule.next(.results, batchID: "b1").isEmpty }
    }

    @Test func `the occurrence says which requests are hit`() {
        #expect(hits(.always, requests: 3) == [1, 2, 3])
        #expect(hits(.nth(2), requests: 4) == [2])
        #expect(hits(.first(2), requests: 4) == [1, 2])
        #expect(hits(.from(3), requests: 4) == [3, 4])
        #expect(hits(.rate(0), requests: 100) == [])
        #expect(hits(.rate(1), requests: 3) == [1, 2, 3])
    }

    @Test func `a rate hits its part of the requests, the same for the same seed`() {
        let hit = hits(.rate(0.25), requests: 4_000)
        #expect((900...1_100).contains(hit.count))
        #expect(hit == hits(.rate(0.25), requests: 4_000))
        #expect(hit != hits(.rate(0.25), requests: 4_000, seed: 2))
    }

    @Test func `requests are counted for each endpoint and batch on its own`() {
        var schedule = FaultSchedule([Fault(.gzip, on: [.results, .retrieve], .nth(2))], seed: 1)
        let asked: [(Endpoint, String)] = [
            (.results, "b1"), (.results, "b2"), (.retrieve, "b1"), (.results, "b1"), (.retrieve, "b1"),
            (.results, "b2"),
        ]
        let hit = asked.map { !schedule.next($0.0, batchID: $0.1).isEmpty }
        #expect(hit == [false, false, false, true, true, true])
    }

    @Test func `a rate does not depend on the order in which batches are asked`() {
        let fault = Fault(.gzip, on: [.results], .rate(0.5))
        func hits(order: [String]) -> Set<String> {
            var schedule = FaultSchedule([fault], seed: 7)
            return Set(order.filter { !schedule.next(.results, batchID: $0).isEmpty })
        }
        let ids = (0..<100).map { "b\($0)" }
        #expect(hits(order: ids) == hits(order: ids.reversed()))
    }

    @Test func `other endpoints and other batches are spared`() {
        var schedule = FaultSchedule([Fault(.gzip, on: [.results], of: "b1")], seed: 1)
        #expect(schedule.next(.results, batchID: "b2").isEmpty)
        #expect(schedule.next(.retrieve, batchID: "b1").isEmpty)
        #expect(schedule.next(.results, batchID: "b1").map(\.index) == [0])
    }
}
