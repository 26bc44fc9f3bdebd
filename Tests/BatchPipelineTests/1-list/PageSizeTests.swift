import Testing

@testable import BatchPipeline

struct PageSizeTests {
    private func refusal(_ message: String?, status: Int = 400, of operation: String = ServiceError.listing)
        -> ServiceError
    {
        ServiceError(code: .status(status), operation: operation, message: message)
    }

    @Test(arguments: [
        ("limit: Input should be less than or equal to 100", 400, 100), ("limit must be between 1 and 50", 422, 50),
        ("the page size 1000 is above 250", 400, 250), ("invalid limit", 400, 100), ("page_size too large", 400, 100),
    ])
    func `a refusal reduces the size to the one it names, or else to the next smaller one`(
        message: String,
        status: Int,
        size: Int
    ) {
        var pages = PageSize(1_000)
        #expect(pages.reduced == nil)
        let isReduced = pages.reduce(after: refusal(message, status: status))
        #expect(isReduced)
        #expect(pages.current == size && pages.reduced == size && pages.requested == 1_000)
    }

    @Test func `sizes are reduced down to 1, and a number that was refused is not used again`() {
        var pages = PageSize(500)
        var sizes: [Int] = []
        while pages.reduce(after: refusal("limit: at most 200, request 7")) { sizes.append(pages.current) }
        #expect(sizes == [200, 100, 20, 10, 5, 1])
    }

    @Test(arguments: [
        "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
        "the spend limit of the workspace is reached", "This request would exceed the rate limit",
        "after_id is unknown",
        nil,
    ])
    func `an error about something else changes nothing`(message: String?) {
        var pages = PageSize(1_000)
        let isReduced = pages.reduce(after: refusal(message))
        #expect(!isReduced)
        #expect(pages.current == 1_000)
    }

    @Test func `only a refused listing is about the size of its pages`() {
        #expect(refusal("limit: at most 100").refusesPageSize)
        #expect(!refusal("limit: at most 100", status: 500).refusesPageSize)
        #expect(!refusal("limit: at most 100", of: "\(ServiceError.listing)/msgbatch_1").refusesPageSize)
    }

    /// The sizes of the requests after pages, and whether each page is requested again.
    private func sizes(
        _ pages: inout PageSize,
        after counts: [Int],
        endsAtCursor: Bool
    ) -> [(size: Int, isAgain: Bool)] {
        counts.map { count in
            let isAgain = pages.evaluate(count: count, hasMore: true, endsAtCursor: endsAtCursor)
            return (pages.current, isAgain)
        }
    }

    @Test func `two short pages of the same length show a limit, but not a few batches`() {
        var pages = PageSize(1_000)
        let steps = sizes(&pages, after: [100, 80, 100, 100, 3, 3, 3], endsAtCursor: true)
        #expect(steps.map(\.size) == [1_000, 1_000, 1_000, 100, 100, 100, 100])
        #expect(!steps.contains { $0.isAgain })
    }

    @Test func `a cut page is requested again with the number of batches that arrived`() {
        var pages = PageSize(1_000)
        let steps = sizes(&pages, after: [100, 100, 100], endsAtCursor: false)
        #expect(steps.map(\.size) == [100, 100, 100])
        #expect(steps.map(\.isAgain) == [true, false, false])
    }

    @Test func `pages that lack batches are used as they are`() {
        var pages = PageSize(1_000)
        let steps = sizes(&pages, after: [100, 10, 100, 7], endsAtCursor: false)
        #expect(steps.map(\.size) == [100, 1_000, 1_000, 1_000])
        #expect(steps.map(\.isAgain) == [true, true, false, false])
        #expect(pages.reduced == nil)
    }

    @Test func `the last page and an empty page say nothing about a limit`() {
        var pages = PageSize(10)
        let isLastAgain = pages.evaluate(count: 3, hasMore: false, endsAtCursor: false)
        let isEmptyAgain = pages.evaluate(count: 0, hasMore: true, endsAtCursor: false)
        #expect(!isLastAgain && !isEmptyAgain)
        #expect(pages.current == 10)
    }
}
