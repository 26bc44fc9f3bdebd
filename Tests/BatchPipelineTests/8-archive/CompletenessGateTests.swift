import BatchPipeline
import MessageBatches
import Testing

struct CompletenessGateTests {
    private func tally(_ found: [String: Int], rejected: [RejectedLine] = [], unterminated: Bool = false) -> BodyTally {
        var tally = BodyTally()
        tally.found = found
        tally.rejected = rejected
        tally.rejectedLines = rejected.count
        tally.lines = tally.results + rejected.count
        tally.endsUnterminated = unterminated
        return tally
    }

    private func verdict(_ tally: BodyTally, _ promised: [String: Int], processing: Int = 0) -> CompletenessGate.Verdict
    {
        CompletenessGate.verdict(on: tally, of: RequestCounts(processing: processing, byType: promised))
    }

    private func bad(line: Int) -> RejectedLine {
        RejectedLine(lineNumber: line, byteOffset: 99, reason: "expected a value")
    }

    @Test func `lines that match the counts of every type are complete`() {
        #expect(
            verdict(tally(["succeeded": 3, "errored": 1]), ["succeeded": 3, "errored": 1, "expired": 0]) == .complete
        )
        #expect(verdict(tally(["deferred": 2]), ["deferred": 2]) == .complete)
        #expect(verdict(tally([:]), [:]) == .complete)
    }

    @Test func `a member of the counts that names no type of a line is not a count`() {
        #expect(verdict(tally(["succeeded": 3]), ["succeeded": 3, "total": 3]) == .complete)
        #expect(verdict(tally([:]), ["tokens": 1_000_000_000]) == .complete)
        // The lines are complete or cut by the documented counts alone.
        #expect(
            verdict(tally(["succeeded": 2]), ["succeeded": 3, "total": 3])
                == .cut([.count(type: "succeeded", expected: 3, found: 2)])
        )
        #expect(
            verdict(tally(["succeeded": 3, "total": 1]), ["succeeded": 3, "total": 3])
                == .cut([.count(type: "total", expected: 3, found: 1)])
        )
        #expect(
            verdict(tally(["succeeded": 4]), ["succeeded": 3, "total": 4])
                == .contradiction([.count(type: "succeeded", expected: 3, found: 4)])
        )
    }

    @Test func `a missing final line end is not a fault`() {
        #expect(verdict(tally(["succeeded": 1], unterminated: true), ["succeeded": 1]) == .complete)
    }

    @Test func `empty lines are not counted`() {
        var tally = tally(["succeeded": 1])
        tally.emptyLines = 4
        tally.lines += 4
        #expect(verdict(tally, ["succeeded": 1]) == .complete)
    }

    @Test func `too few lines are a cut`() {
        let faults = [
            GateFault.count(type: "errored", expected: 2, found: 0), .count(type: "succeeded", expected: 3, found: 1),
        ]
        #expect(verdict(tally(["succeeded": 1]), ["succeeded": 3, "errored": 2]) == .cut(faults))
        #expect(verdict(tally(["succeeded": 1], unterminated: true), ["succeeded": 3, "errored": 2]) == .cut(faults))
        #expect(verdict(tally([:]), ["succeeded": 1]) == .cut([.count(type: "succeeded", expected: 1, found: 0)]))
    }

    @Test func `lines other than the archived ones are a contradiction, unless some are missing`() {
        var other = tally(["succeeded": 3])
        other.differsFromArchive = true
        #expect(verdict(other, ["succeeded": 3]) == .contradiction([.otherLines]))
        #expect(verdict(other, ["succeeded": 4]).faults.last == .otherLines)
        guard case .cut = verdict(other, ["succeeded": 4]) else {
            Issue.record("a cut body is read on first")
            return
        }
    }

    @Test func `an incomplete last line is a cut`() {
        let bad = bad(line: 2)
        let faults = [GateFault.count(type: "succeeded", expected: 2, found: 1), .rejectedLines(1, first: bad)]
        #expect(verdict(tally(["succeeded": 1], rejected: [bad], unterminated: true), ["succeeded": 2]) == .cut(faults))
    }

    @Test func `an invalid last line with a line end is a contradiction`() {
        let bad = bad(line: 2)
        let faults = [GateFault.count(type: "succeeded", expected: 2, found: 1), .rejectedLines(1, first: bad)]
        #expect(verdict(tally(["succeeded": 1], rejected: [bad]), ["succeeded": 2]) == .contradiction(faults))
    }

    @Test func `an invalid line before an unterminated last line is a contradiction`() {
        let bad = bad(line: 1)
        let found = tally(["succeeded": 1], rejected: [bad], unterminated: true)
        #expect(
            verdict(found, ["succeeded": 3])
                == .contradiction([
                    .count(type: "succeeded", expected: 3, found: 1), .rejectedLines(1, first: bad),
                ])
        )
    }

    @Test func `two invalid lines are a contradiction even if the last one is incomplete`() {
        let (first, last) = (bad(line: 1), bad(line: 3))
        let found = tally(["succeeded": 1], rejected: [first, last], unterminated: true)
        #expect(
            verdict(found, ["succeeded": 3])
                == .contradiction([
                    .count(type: "succeeded", expected: 3, found: 1), .rejectedLines(2, first: first),
                ])
        )
    }

    @Test func `an incomplete line after all promised lines is a contradiction`() {
        let bad = bad(line: 3)
        let found = tally(["succeeded": 2], rejected: [bad], unterminated: true)
        #expect(verdict(found, ["succeeded": 2]) == .contradiction([.rejectedLines(1, first: bad)]))
    }

    @Test func `too many lines are a contradiction`() {
        #expect(
            verdict(tally(["succeeded": 3]), ["succeeded": 2])
                == .contradiction([.count(type: "succeeded", expected: 2, found: 3)])
        )
    }

    @Test func `a type that was not promised is a contradiction even if lines are missing`() {
        #expect(
            verdict(tally(["deferred": 1]), ["succeeded": 5])
                == .contradiction([
                    .count(type: "deferred", expected: 0, found: 1), .count(type: "succeeded", expected: 5, found: 0),
                ])
        )
    }

    @Test func `equal totals with exchanged types are a contradiction`() {
        #expect(
            verdict(tally(["succeeded": 1, "errored": 1]), ["succeeded": 2])
                == .contradiction([
                    .count(type: "errored", expected: 0, found: 1), .count(type: "succeeded", expected: 2, found: 1),
                ])
        )
    }

    @Test func `a batch that still counts requests as processing is a contradiction`() {
        #expect(
            verdict(tally(["succeeded": 1]), ["succeeded": 1], processing: 2) == .contradiction([.stillProcessing(2)])
        )
        #expect(
            verdict(tally([:]), ["succeeded": 1], processing: 2)
                == .contradiction([
                    .count(type: "succeeded", expected: 1, found: 0), .stillProcessing(2),
                ])
        )
    }

    @Test func `a repeated custom_id is a contradiction, with correct counts and with too few lines`() {
        var tally = tally(["succeeded": 2])
        tally.duplicateLines = 1
        #expect(verdict(tally, ["succeeded": 2]) == .contradiction([.duplicateLines(1)]))
        #expect(
            verdict(tally, ["succeeded": 3])
                == .contradiction([
                    .count(type: "succeeded", expected: 3, found: 2), .duplicateLines(1),
                ])
        )
    }

    @Test func `invalid lines beyond the limit are still counted`() {
        var tally = tally(["succeeded": 1], rejected: [bad(line: 2)])
        tally.rejectedLines = 5_000
        #expect(verdict(tally, ["succeeded": 1]).faults == [.rejectedLines(5_000, first: bad(line: 2))])
    }

    @Test(
        arguments: [
            (.count(type: "errored", expected: 2, found: 0), "request_counts promises 2 errored, the results hold 0"),
            (.stillProcessing(3), "the batch has ended but still counts 3 requests as processing"),
            (.duplicateLines(1), "1 line repeats a custom_id"), (.duplicateLines(2), "2 lines repeat a custom_id"),
            (
                .rejectedLines(1, first: RejectedLine(lineNumber: 7, byteOffset: 99, reason: "expected a value")),
                "1 invalid line, the first is line 7 at byte 99: expected a value"
            ),
            (
                .rejectedLines(3, first: RejectedLine(lineNumber: 7, byteOffset: 99, reason: "expected a value")),
                "3 invalid lines, the first is line 7 at byte 99: expected a value"
            ),
        ] as [(GateFault, String)]
    )
    func `a fault is described in a sentence`(fault: GateFault, sentence: String) {
        #expect(fault.sentence == sentence)
    }
}
