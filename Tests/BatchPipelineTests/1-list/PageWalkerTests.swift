import MessageBatches
import Testing

@testable import BatchPipeline

struct PageWalkerTests {
    /// A batch created so many seconds after the epoch; its id is the number.
    private func batch(_ second: Int) throws -> MessageBatch {
        try .sample("\(second)", created: Timestamp(seconds: Int64(second)).text)
    }

    private func page(_ seconds: [Int], hasMore: Bool?, first: String? = nil, last: String? = nil) throws -> BatchPage {
        let batches = try seconds.map { try batch($0) }
        return BatchPage(
            batches: batches,
            hasMore: hasMore,
            firstID: first ?? batches.first?.id,
            lastID: last ?? batches.last?.id
        )
    }

    private func window(_ since: Int64? = nil, _ until: Int64? = nil) -> BatchWindow {
        BatchWindow(since: since.map { Timestamp(seconds: $0) }, until: until.map { Timestamp(seconds: $0) })
    }

    @Test func `a descending listing follows the last ID to the end`() throws {
        var walker = PageWalker(window: window(), pageSize: 2)
        #expect(walker.query == PageQuery(limit: 2))
        var step = try walker.evaluate(page([9, 8], hasMore: true))
        #expect(step.batches.map(\.id) == ["9", "8"])
        #expect(step.continues)
        #expect(walker.query == PageQuery(afterID: "8", limit: 2))
        step = try walker.evaluate(page([7], hasMore: false))
        #expect(step.batches.map(\.id) == ["7"])
        #expect(!step.continues)
        #expect(walker.listed == 3)
        #expect(walker.created == Timestamp(seconds: 7)...Timestamp(seconds: 9))
    }

    @Test func `an ascending listing follows the first ID`() throws {
        var walker = PageWalker(window: window(), pageSize: 2, direction: .newer, startingAt: "5")
        #expect(walker.query == PageQuery(beforeID: "5", limit: 2))
        var step = try walker.evaluate(page([7, 6], hasMore: true))
        #expect(step.continues)
        #expect(walker.query == PageQuery(beforeID: "7", limit: 2))
        step = try walker.evaluate(page([9, 8], hasMore: false))
        #expect(step.batches.map(\.id) == ["9", "8"])
        #expect(!step.continues)
    }

    @Test func `a listing can start after a given batch`() {
        let walker = PageWalker(window: window(), pageSize: 1_000, startingAt: "5")
        #expect(walker.query == PageQuery(afterID: "5", limit: 1_000))
    }

    @Test func `a descending listing stops at the first batch before the window`() throws {
        var walker = PageWalker(window: window(5, 8), pageSize: 10)
        var step = try walker.evaluate(page([10, 9, 8], hasMore: true))
        #expect(step.batches.isEmpty)
        #expect(step.continues)
        step = try walker.evaluate(page([7, 6, 5, 4, 3], hasMore: true))
        #expect(step.batches.map(\.id) == ["7", "6", "5"])
        #expect(!step.continues)
    }

    @Test func `a listing that is oldest first is read to its end`() throws {
        var walker = PageWalker(window: window(5), pageSize: 3)
        var found: [String] = []
        for (seconds, hasMore) in [([1, 2, 3], true), ([4, 5, 6], true), ([7, 8], false)] {
            let step = try walker.evaluate(page(seconds, hasMore: hasMore))
            found += step.batches.map(\.id)
            #expect(step.continues == hasMore)
        }
        #expect(found == ["5", "6", "7", "8"])
        #expect(!walker.isOrdered)
    }

    @Test func `a listing that is oldest first is read to its end with one batch per page`() throws {
        var walker = PageWalker(window: window(3), pageSize: 1)
        let continues = try (1...4).map { try walker.evaluate(page([$0], hasMore: $0 < 4)).continues }
        #expect(continues == [true, true, true, false])
    }

    @Test(arguments: [[[12, 1, 11], [10, 9, 8]], [[12, 11, 1], [10, 9, 8]], [[1, 12, 11], [10, 9, 8]]])
    func `one batch with a wrong date does not end the listing`(pages: [[Int]]) throws {
        var walker = PageWalker(window: window(5), pageSize: 3)
        var found: [String] = []
        for (index, seconds) in pages.enumerated() {
            let step = try walker.evaluate(page(seconds, hasMore: index + 1 < pages.count))
            found += step.batches.map(\.id)
            #expect(step.continues == (index + 1 < pages.count))
        }
        #expect(found.sorted() == ["10", "11", "12", "8", "9"])
    }

    @Test func `a page of malformed batches does not end the listing`() throws {
        var walker = PageWalker(window: window(), pageSize: 1)
        var malformed = try page([], hasMore: true, last: "x")
        malformed.malformed = [MalformedBatch(reason: "a batch without an ID")]
        #expect(try walker.evaluate(malformed).continues)
        #expect(throws: PageWalker.Stuck.self) { try walker.evaluate(malformed) }
    }

    @Test func `malformed batches outside of the window are only counted, and the others are returned once`() throws {
        var walker = PageWalker(window: window(5, 8), pageSize: 10)
        var mixed = try page([9, 7], hasMore: true)
        mixed.malformed = [4, 5, 8]
            .map { second in
                MalformedBatch(reason: "x", id: "m\(second)", createdAt: Timestamp(seconds: second))
            }
        mixed.malformed.append(MalformedBatch(reason: "x", id: "unknown"))
        #expect(try walker.evaluate(mixed).malformed.map(\.id) == ["m5", "unknown"])
        #expect(walker.listed == 6 && walker.created == Timestamp(seconds: 4)...Timestamp(seconds: 9))
        mixed.batches = [try batch(6)]
        mixed.lastID = "6"
        #expect(try walker.evaluate(mixed).malformed.isEmpty)
        #expect(walker.inWindow == 2)
    }

    @Test func `a page that ends at the first moment of the window is not the last`() throws {
        var walker = PageWalker(window: window(5), pageSize: 2)
        let step = try walker.evaluate(page([6, 5], hasMore: true))
        #expect(step.continues)
    }

    @Test func `an ascending listing stops at the first batch after the window`() throws {
        var walker = PageWalker(window: window(5, 8), pageSize: 10, direction: .newer, startingAt: "1")
        var step = try walker.evaluate(page([4, 3, 2], hasMore: true))
        #expect(step.batches.isEmpty)
        #expect(step.continues)
        step = try walker.evaluate(page([8, 7, 6, 5], hasMore: true))
        #expect(step.batches.map(\.id) == ["7", "6", "5"])
        #expect(!step.continues)
    }

    @Test func `a batch that appears twice is returned once`() throws {
        var walker = PageWalker(window: window(), pageSize: 3)
        _ = try walker.evaluate(page([9, 8, 7], hasMore: true))
        let step = try walker.evaluate(page([8, 7, 6], hasMore: true))
        #expect(step.batches.map(\.id) == ["6"])
        #expect(step.continues)
        #expect(walker.listed == 4)
    }

    @Test func `batches that appear during the listing do not affect it`() throws {
        // Cursors are exclusive and newer batches stand before the first page, so they are not seen at all.
        var walker = PageWalker(window: window(), pageSize: 2)
        _ = try walker.evaluate(page([9, 8], hasMore: true))
        // A server that shifts its pages instead repeats some; none is lost.
        let step = try walker.evaluate(page([9, 8, 7, 6], hasMore: false))
        #expect(step.batches.map(\.id) == ["7", "6"])
    }

    @Test func `without has_more the listing continues until a page is empty`() throws {
        var walker = PageWalker(window: window(), pageSize: 2)
        #expect(try walker.evaluate(page([9, 8], hasMore: nil)).continues)
        #expect(try walker.evaluate(page([7], hasMore: nil)).continues)
        let last = try walker.evaluate(page([], hasMore: nil))
        #expect(!last.continues)
        #expect(last.batches.isEmpty)
    }

    @Test func `an empty listing ends at once`() throws {
        var walker = PageWalker(window: window(), pageSize: 2)
        #expect(!(try walker.evaluate(page([], hasMore: false)).continues))
        #expect(walker.listed == 0)
    }

    @Test func `a cursor that does not advance is an error that names it`() throws {
        var walker = PageWalker(window: window(), pageSize: 2)
        _ = try walker.evaluate(page([9, 8], hasMore: true))
        #expect(throws: PageWalker.Stuck(cursor: "8")) { try walker.evaluate(page([7, 6], hasMore: true, last: "8")) }
    }

    @Test func `a page that repeats another is an error, with its own cursor or another`() throws {
        for last in ["8", "other"] {
            var walker = PageWalker(window: window(), pageSize: 2)
            _ = try walker.evaluate(page([9, 8], hasMore: true))
            #expect(throws: PageWalker.Stuck(cursor: last)) {
                try walker.evaluate(page([9, 8], hasMore: true, last: last))
            }
        }
    }

    @Test func `pages in a cycle are an error when the first one repeats`() throws {
        var walker = PageWalker(window: window(), pageSize: 1)
        _ = try walker.evaluate(page([9], hasMore: true))
        _ = try walker.evaluate(page([8], hasMore: true))
        #expect(throws: PageWalker.Stuck(cursor: "9")) { try walker.evaluate(page([9], hasMore: true)) }
    }

    @Test func `an empty page that promises more is an error`() throws {
        var walker = PageWalker(window: window(), pageSize: 2)
        _ = try walker.evaluate(page([9, 8], hasMore: true))
        #expect(throws: PageWalker.Stuck(cursor: "8")) { try walker.evaluate(page([], hasMore: true)) }
        var fresh = PageWalker(window: window(), pageSize: 2)
        #expect(throws: PageWalker.Stuck(cursor: "4")) { try fresh.evaluate(page([], hasMore: true, last: "4")) }
    }

    @Test func `a repeated last page without has_more is an error`() throws {
        var walker = PageWalker(window: window(), pageSize: 2)
        _ = try walker.evaluate(page([9, 8], hasMore: nil))
        #expect(throws: PageWalker.Stuck(cursor: "8")) { try walker.evaluate(page([9, 8], hasMore: nil)) }
    }

    @Test func `an invalid cursor after the end of the window is ignored`() throws {
        var walker = PageWalker(window: window(5), pageSize: 2)
        _ = try walker.evaluate(page([9, 8], hasMore: true))
        #expect(!(try walker.evaluate(page([4, 3], hasMore: true, last: "8")).continues))
    }
}
