import BatchPipeline
import MessageBatches
import Testing

struct BatchFilterTests {
    @Test func `without conditions every batch matches`() throws {
        #expect(BatchFilter().passes(try .sample(status: "in_progress")))
        #expect(BatchFilter().passes(try .sample(status: "paused")))
    }

    @Test func `a batch with any of the statuses matches`() throws {
        let filter = BatchFilter(statuses: [.ended, .canceling])
        #expect(filter.passes(try .sample(status: "ended")))
        #expect(filter.passes(try .sample(status: "canceling")))
        #expect(!filter.passes(try .sample(status: "in_progress")))
        #expect(!filter.passes(try .sample(status: "Ended")))
    }

    @Test func `an undocumented status can be a condition`() throws {
        #expect(BatchFilter(statuses: [.other("paused")]).passes(try .sample(status: "paused")))
    }

    @Test func `a batch with one of the IDs matches`() throws {
        let filter = BatchFilter(ids: ["a", "b"])
        #expect(filter.passes(try .sample("a")))
        #expect(!filter.passes(try .sample("c")))
    }

    @Test func `both conditions must match, and an empty set matches nothing`() throws {
        #expect(!BatchFilter(statuses: [.ended], ids: ["a"]).passes(try .sample("a", status: "canceling")))
        #expect(!BatchFilter(statuses: [.ended], ids: ["a"]).passes(try .sample("b")))
        #expect(BatchFilter(statuses: [.ended], ids: ["a"]).passes(try .sample("a")))
        #expect(!BatchFilter(statuses: []).passes(try .sample()))
    }
}
