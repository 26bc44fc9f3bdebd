import Testing

@testable import BatchPipeline

/// How many batches are downloaded at once, by the sizes of the batches, the machine, the pace and 429 answers.
struct DownloadLimitTests {
    private static let huge = 100_000

    private func automatic(processors: Int = 4, requestsPerMinute: Int? = nil) -> DownloadLimit {
        DownloadLimit(.automatic(processors: processors, requestsPerMinute: requestsPerMinute))
    }

    /// How many of 100 equal batches are downloaded at once.
    private func most(_ results: Int, of limit: DownloadLimit) -> Int {
        limit.most(of: Array(repeating: results, count: 100))
    }

    // MARK: Sizes

    @Test(arguments: [
        (0, 16), (1, 16), (100, 16), (512, 16), (513, 8), (1_024, 8), (1_500, 5), (2_048, 4), (Int.max, 4),
    ])
    func `16 small batches are downloaded at once, and fewer large ones`(results: Int, expected: Int) {
        #expect(most(results, of: automatic()) == expected)
    }

    @Test(arguments: [(0, 2), (1, 2), (2, 2), (3, 3), (4, 4), (64, 4)])
    func `the processors decide how many large batches are downloaded at once`(processors: Int, expected: Int) {
        let limit = automatic(processors: processors)
        #expect(most(Self.huge, of: limit) == expected)
        #expect(most(1, of: limit) == 16)
    }

    @Test func `a negative count is a small batch`() {
        #expect(automatic().share(ofResults: .min) == 1)
    }

    @Test func `no batches need no download`() {
        #expect(automatic().most(of: []) == 0)
        #expect(automatic().most(of: [Self.huge]) == 1)
    }

    @Test func `the most downloads at once are those of neighbors that fit together`() {
        let small = Array(repeating: 1, count: 12)
        #expect(automatic().most(of: small) == 12)
        // A large batch needs as much as four small ones.
        #expect(automatic().most(of: small + [Self.huge] + small) == 13)
        #expect(automatic().most(of: [Self.huge] + small + [Self.huge]) == 13)
        #expect(automatic().most(of: [Self.huge, 1, Self.huge, 1, Self.huge, 1]) == 6)
    }

    @Test func `results that are larger than expected make batches larger`() {
        var limit = automatic()
        #expect(limit.share(ofResults: 100) == 1)
        // 3,000 results of 40 kB.
        limit.record(results: 3_000, bytes: 120_000_000)
        #expect(limit.share(ofResults: 100) == 3)
        #expect(limit.share(ofResults: 1_000) == 4)
    }

    @Test func `results that are smaller than expected make batches smaller`() {
        var limit = automatic()
        #expect(most(2_048, of: limit) == 4)
        limit.record(results: 99_000, bytes: 10_000_000)
        #expect(most(2_048, of: limit) == 16)
        limit.record(results: -5, bytes: -5)
        #expect(most(2_048, of: limit) == 16)
    }

    @Test(arguments: [0, 1, 15, 16, 100])
    func `one batch is always downloaded`(used: Int) {
        let limit = automatic(processors: 2)
        #expect(limit.admits(8, running: 0, used: used))
        #expect(limit.admits(8, running: 1, used: used) == (used <= 8))
    }

    // MARK: The pace

    @Test(arguments: [(1, 1), (2, 2), (3, 3), (4, 4), (30, 4), (60, 4), (75, 5), (120, 8), (240, 16), (4_000, 16)])
    func `no more batches are downloaded at once than the pace allows`(requestsPerMinute: Int, expected: Int) {
        #expect(most(1, of: automatic(requestsPerMinute: requestsPerMinute)) == expected)
    }

    @Test(arguments: [2, 30, 240]) func `a slow pace does not slow down large batches`(requestsPerMinute: Int) {
        let limit = automatic(processors: 2, requestsPerMinute: requestsPerMinute)
        #expect(most(Self.huge, of: limit) == 2)
    }

    @Test func `a pace of 0 still allows one download`() {
        #expect(most(1, of: automatic(requestsPerMinute: 0)) == 1)
    }

    // MARK: 429

    @Test func `each slowdown halves the number of downloads, down to one`() {
        var limit = automatic()
        for (slowdowns, expected) in [(0, 16), (1, 8), (1, 8), (2, 4), (3, 2), (4, 1), (5, 1)] {
            limit.recordSlowdowns(slowdowns)
            #expect(most(1, of: limit) == expected, "\(slowdowns)")
        }
    }

    @Test func `slowdowns since the last look count one by one`() {
        var limit = automatic()
        limit.recordSlowdowns(3)
        #expect(most(1, of: limit) == 2)
        limit.recordSlowdowns(1_000_000)
        #expect(most(1, of: limit) == 1)
    }

    @Test func `a slowdown also halves the number of large downloads`() {
        var limit = automatic()
        limit.recordSlowdowns(1)
        #expect(most(Self.huge, of: limit) == 2)
        limit.recordSlowdowns(3)
        #expect(most(Self.huge, of: limit) == 1)
    }

    @Test func `the number recovers slowly, by one after as many downloads`() {
        var limit = automatic()
        limit.recordSlowdowns(2)
        for expected in 4...15 {
            for _ in 1...expected {
                #expect(most(1, of: limit) == expected)
                limit.recordDownload()
            }
        }
        #expect(most(1, of: limit) == 16)
        for _ in 1...100 { limit.recordDownload() }
        #expect(most(1, of: limit) == 16)
    }

    @Test func `downloads before a slowdown do not count for the recovery after it`() {
        var limit = automatic()
        limit.recordSlowdowns(1)
        for _ in 1...7 { limit.recordDownload() }
        limit.recordSlowdowns(2)
        limit.recordDownload()
        #expect(most(1, of: limit) == 4)
    }

    // MARK: A fixed number

    @Test(arguments: [(1, 1), (3, 3), (64, 64), (0, 1), (-7, 1)])
    func `a fixed number is independent of sizes and slowdowns`(count: Int, expected: Int) {
        var limit = DownloadLimit(.fixed(count))
        limit.recordSlowdowns(4)
        #expect(most(1, of: limit) == expected && most(Self.huge, of: limit) == expected)
        #expect(DownloadConcurrency.fixed(count).highest == expected)
    }
}
