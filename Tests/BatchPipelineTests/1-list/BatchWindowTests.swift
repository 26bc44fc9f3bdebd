import BatchPipeline
import MessageBatches
import Testing

struct BatchWindowTests {
    private let window = BatchWindow(since: Timestamp(nanoseconds: 100), until: Timestamp(nanoseconds: 200))

    @Test(
        arguments: [(99, false), (100, true), (101, true), (199, true), (200, false), (201, false)] as [(Int128, Bool)]
    )
    func `a window includes its start and excludes its end, to the nanosecond`(moment: Int128, inside: Bool) {
        #expect(window.contains(Timestamp(nanoseconds: moment)) == inside)
    }

    @Test func `only times before the start are before the window`() {
        #expect(window.isBefore(Timestamp(nanoseconds: 99)))
        #expect(!window.isBefore(Timestamp(nanoseconds: 100)))
        #expect(!window.isBefore(Timestamp(nanoseconds: 500)))
    }

    @Test func `a window without ends contains every time`() {
        let all = BatchWindow()
        #expect(all.contains(Timestamp(nanoseconds: .min)))
        #expect(all.contains(Timestamp(nanoseconds: .max)))
        #expect(!all.isBefore(Timestamp(nanoseconds: .min)))
        #expect(BatchWindow(since: Timestamp(seconds: 0)).contains(Timestamp(nanoseconds: .max)))
        #expect(BatchWindow(until: Timestamp(seconds: 0)).contains(Timestamp(nanoseconds: -1)))
        #expect(!BatchWindow(until: Timestamp(seconds: 0)).contains(Timestamp(seconds: 0)))
    }

    @Test func `a window that ends at its start contains nothing`() {
        let empty = BatchWindow(since: Timestamp(seconds: 1), until: Timestamp(seconds: 1))
        #expect(!empty.contains(Timestamp(seconds: 1)))
    }
}
