import MessageBatches
import Testing

struct MessageBatchTests {
    @Test(arguments: [
        ("msgbatch_013Zva2CMHLNnXjNJJKqJ2EF", true), ("a-B_9", true), ("", false), ("a/b", false), ("..", false),
        ("é", false),
        ("a b", false), (String(repeating: "a", count: 128), true), (String(repeating: "a", count: 129), false),
    ])
    func `an id becomes a file name only if it is plainly safe`(id: String, safe: Bool) {
        #expect(MessageBatch.isSafeID(id) == safe)
    }

    @Test func `names nobody documented are carried through`() {
        #expect(ProcessingStatus("ended") == .ended)
        #expect(ProcessingStatus("paused").name == "paused")
        #expect(ResultType("canceled") == .canceled)
        #expect(ResultType("cancelled") == .other("cancelled"))
    }

    @Test func `counts of types nobody documented are kept and are not in the total`() {
        let counts = RequestCounts(processing: 1, byType: ["succeeded": 2, "deferred": 3, "errored": 0])
        #expect(counts.total == 3)
        #expect(counts.byType["deferred"] == 3)
        #expect(counts[.errored] == 0)
        #expect(counts == RequestCounts(processing: 1, byType: ["succeeded": 2, "deferred": 3]))
    }
}
