import Tables
import Testing

@testable import BatchReports

@Suite struct CompletenessTests {
    private func completeness(_ listed: Int, _ archived: Int, _ change: (inout Completeness) -> Void = { _ in })
        -> Completeness
    {
        var value = Completeness(listed: listed, archived: archived)
        change(&value)
        return value
    }

    @Test func `a window without batches has a neutral status`() {
        #expect(completeness(0, 0).tone == .normal)
        #expect(completeness(0, 0).verdict == "No batches were created in this window.")
    }

    @Test func `complete means that every batch is archived`() {
        #expect(completeness(1, 1).verdict == "Complete: the one batch is archived.")
        #expect(completeness(1_234, 1_234).verdict == "Complete: all 1,234 batches are archived.")
        #expect(completeness(1_234, 1_234).tone == .good)
        #expect(completeness(1_234, 1_234).reasons.isEmpty)
    }

    @Test func `batches that have not ended do not prevent a good status`() {
        let value = completeness(5, 3) { $0.pending = 2 }
        #expect(value.tone == .good)
        #expect(value.verdict == "Complete so far: every batch that has ended is archived, 3 batches of 5.")
        #expect(value.reasons == ["2 pending: the API has not finished processing them"])
    }

    @Test func `batches that are not archived give a warning`() {
        for field in [\Completeness.unfinished, \.unavailable, \.removed, \.unreadable] {
            let value = completeness(3, 2) { $0[keyPath: field] = 1 }
            #expect(value.tone == .warning)
            #expect(value.verdict == "Not complete: 2 of 3 batches are archived.")
            #expect(value.reasons.count == 1 && value.reasons[0].hasPrefix("1 "))
        }
    }

    @Test func `quarantined or lost batches give a bad status in any case`() {
        for field in [\Completeness.quarantined, \.lost] {
            let value = completeness(9, 2) {
                $0[keyPath: field] = 4
                $0.pending = 1
                $0.removed = 2
            }
            #expect(value.tone == .bad)
            #expect(value.reasons.first?.hasPrefix("4 ") == true)
            #expect(value.reasons.count == 3)
        }
    }

    @Test func `without a listing, nobody knows whether batches are missing`() {
        let value = completeness(13, 13) { $0.isListed = false }
        #expect(value.tone == .normal)
        #expect(
            value.verdict
                == "13 batches are archived. No run has listed the batches, so this archive cannot know whether any are missing."
        )
        #expect(completeness(0, 0) { $0.isListed = false }.verdict == "No batches of this window are archived.")
        // What is known to be missing is more important.
        #expect(completeness(3, 2) { ($0.isListed, $0.lost) = (false, 1) }.tone == .bad)
    }

    @Test func `a window that was never listed as a whole is not called complete`() {
        let gap = "Batches created before 2026-11-20 00:00:00Z were never listed."
        func partly(_ listed: Int, _ archived: Int, pending: Int = 0, lost: Int = 0) -> Completeness {
            completeness(listed, archived) { ($0.unlisted, $0.pending, $0.lost) = ([gap], pending, lost) }
        }
        for value in [partly(0, 0), partly(1, 1), partly(2, 2), partly(3, 2, pending: 1)] {
            #expect(value.tone == .normal && value.reasons.last == gap)
        }
        #expect(partly(0, 0).verdict == "No batches of this window are archived.")
        #expect(partly(1, 1).verdict == "The one batch that this archive knows is archived.")
        #expect(partly(2, 2).verdict == "All 2 batches that this archive knows are archived.")
        #expect(
            partly(3, 2, pending: 1).verdict
                == "Every batch that this archive knows and that has ended is archived, 2 batches of 3."
        )
        // What is known to be missing is more important.
        #expect(partly(3, 2, lost: 1).tone == .bad && partly(3, 2).verdict.hasPrefix("Not complete: 2 of 3"))
    }

    @Test func `a selected ID that no archive knows is not complete`() {
        let value = completeness(1, 1) { $0.countUnknown(of: ["msgbatch_1", "msgbatch_2"]) }
        #expect(value.tone == .warning && value.verdict == "Not complete: 1 of 2 batches are archived.")
        #expect(value.reasons == ["1 selected by ID, but not found"])
        #expect(completeness(1, 1) { $0.countUnknown(of: ["msgbatch_1"]) } == completeness(1, 1))
        #expect(completeness(1, 1) { $0.countUnknown(of: nil) } == completeness(1, 1))
    }

    @Test func `batches without proof are not called complete`() {
        let value = completeness(3, 3) { $0.unproven = 1 }
        #expect(value.tone == .warning)
        #expect(value.verdict == "Archived, but not all proven complete: 1 of 3 batches.")
        #expect(value.reasons == ["1 archived without a proof of completeness (`import --unproven`)"])
        #expect(completeness(3, 2) { $0.unproven = 1 }.verdict == "Not complete: 2 of 3 batches are archived.")
    }

    @Test func `a batch without a known state is never counted as complete`() {
        #expect(completeness(3, 2).tone == .warning)
        #expect(completeness(1, 0).verdict == "Not complete: 0 of 1 batch is archived.")
    }
}
