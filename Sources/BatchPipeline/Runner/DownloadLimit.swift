/// How many batches a run downloads at once.
package enum DownloadConcurrency: Sendable, Hashable {
    /// This number; values below 1 count as 1.
    case fixed(Int)
    /// A number that fits the batches, the machine and the service, as ``DownloadLimit`` says.
    ///
    /// - Parameters:
    ///   - processors: The number of processors of this machine.
    ///   - requestsPerMinute: The configured limit of requests; nil for no limit.
    case automatic(processors: Int, requestsPerMinute: Int?)

    /// The highest number of downloads at once, which is that of small batches.
    ///
    /// It also limits other requests about single batches.
    package var highest: Int {
        switch self {
        case .fixed(let count): max(1, count)
        case .automatic(_, nil): DownloadLimit.budget
        case .automatic(let processors, let requests?):
            max(
                1,
                min(DownloadLimit.budget, requests, max(Self.large(processors: processors), requests / Self.slotPace))
            )
        }
    }

    /// The number of large batches to download at once: a few keep the processors busy.
    fileprivate static func large(processors: Int) -> Int {
        min(max(processors, 2), 4)
    }

    /// The requests per minute that one slot can send, if a small batch takes up to four seconds.
    private static let slotPace = 15
}

/// Decides whether another batch may be downloaded now: a pure state machine without a clock.
///
/// An automatic limit has a budget of 16 blocks of result lines in memory. A batch needs as many as its results fill: a
/// small one 1, so that up to 16 are downloaded at once, and a large one a half to a quarter of the budget, so that 2 to
/// 4 are. A pace of few requests per minute allows fewer small ones. Each slowdown by the service (429) halves the
/// budget. After as many downloads as the budget has blocks, it grows by one block. The next batch waits until it fits,
/// so that the oldest ones come first. One batch is always downloaded.
package struct DownloadLimit: Sendable {
    /// The highest budget, in blocks.
    fileprivate static let budget = 16
    /// The size of a result that is expected before any is downloaded, in bytes, and the number of results that it
    /// counts as.
    private static let expected = (bytes: 2_048.0, results: 1_000.0)
    /// The size of a block, in bytes.
    private static let blockBytes = 1_048_576.0

    private let concurrency: DownloadConcurrency
    private var budget: Int
    private var slowdowns = 0
    /// The downloads since the budget last changed.
    private var downloads = 0
    private var seen = (bytes: expected.bytes * expected.results, results: expected.results)

    package init(_ concurrency: DownloadConcurrency) {
        self.concurrency = concurrency
        budget = Self.budget
    }

    /// Whether a batch that needs `share` may start while `running` downloads use `used` blocks.
    func admits(_ share: Int, running: Int, used: Int) -> Bool {
        guard case .automatic = concurrency else { return running < concurrency.highest }
        return running == 0 || (running < concurrency.highest && used + share <= budget)
    }

    /// The blocks of the budget that a batch with this many results needs.
    func share(ofResults results: Int) -> Int {
        guard case .automatic(let processors, _) = concurrency else { return 1 }
        let most = Self.budget / DownloadConcurrency.large(processors: processors)
        let blocks = Double(max(0, results)) * seen.bytes / seen.results / Self.blockBytes
        return Int(min(max(1, blocks.rounded(.up)), Double(most)))
    }

    /// Returns how many batches are downloaded at once when the most of them are; each number is that of the results of
    /// a batch, in the order in which they start.
    func most(of batches: [Int]) -> Int {
        let shares = batches.map(share)
        var (most, first, used) = (0, 0, 0)
        for (index, share) in shares.enumerated() {
            while !admits(share, running: index - first, used: used) {
                used -= shares[first]
                first += 1
            }
            used += share
            most = max(most, index - first + 1)
        }
        return most
    }

    /// Records how often the service has slowed down the requests of this run.
    mutating func recordSlowdowns(_ count: Int) {
        guard count > slowdowns else { return }
        budget = max(1, budget >> min(count - slowdowns, Self.budget))
        (slowdowns, downloads) = (count, 0)
    }

    /// Records the end of a download.
    mutating func recordDownload() {
        guard budget < Self.budget else { return }
        downloads += 1
        guard downloads >= budget else { return }
        (budget, downloads) = (budget + 1, 0)
    }

    /// Records the results of a batch and their size in bytes.
    mutating func record(results: Int, bytes: Int) {
        seen.results += Double(max(0, results))
        seen.bytes += Double(max(0, bytes))
    }
}
