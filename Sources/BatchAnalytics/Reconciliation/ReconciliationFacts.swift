package import BatchPipeline
package import MessageBatches
import Tables

/// What the catalogs of the archives know about batches that are not archived, to name likely reasons for differences.
package struct ReconciliationFacts: Sendable {
    /// A batch that an export saw and that is not archived.
    package struct Gap: Sendable {
        package var createdAt: Timestamp
        package var endedAt: Timestamp?
        /// Whether the API removed its results, so that it can no longer be archived.
        package var isRemoved: Bool

        package init(createdAt: Timestamp, endedAt: Timestamp?, isRemoved: Bool) {
            self.createdAt = createdAt
            self.endedAt = endedAt
            self.isRemoved = isRemoved
        }

        func touches(_ period: ReconciledPeriod) -> Bool {
            period.touches(from: createdAt, to: endedAt ?? createdAt.adding(seconds: 86_400))
        }
    }

    package var now: Timestamp
    package var gaps: [Gap] = []
    /// The windows whose batches are listed completely, for each archive.
    package var listed: [[CompletedWindow]] = []

    package init(now: Timestamp) {
        self.now = now
    }

    /// The number of batches that are not archived and can have requests in a period.
    func gaps(in period: ReconciledPeriod, areRemoved: Bool) -> Int {
        gaps.count { $0.isRemoved == areRemoved && $0.touches(period) }
    }

    /// Whether every archive lists all batches that can have requests in a period.
    func isListed(_ period: ReconciledPeriod) -> Bool {
        let start = period.start.adding(seconds: -86_400)
        return !listed.isEmpty
            && listed.allSatisfy { windows in
                windows.contains { window in window.end >= period.end && window.since.map { $0 <= start } ?? true }
            }
    }

    /// Whether the report of a period may not be complete yet.
    ///
    /// Requests usually appear within minutes (API documentation, usage and cost), sometimes later.
    func isRecent(_ period: ReconciledPeriod) -> Bool {
        period.end.adding(seconds: 6 * 3_600) > now
    }
}

/// A likely reason for a difference between the archive and the report.
package enum ReconciliationReason: Sendable, Hashable {
    /// Batches that an export saw and that a later one can still archive.
    case notArchived(Int)
    /// Batches whose results the API removed before they were archived.
    case removed(Int)
    /// No export has listed all batches of the period.
    case notListed
    /// Batches that the archive cannot know.
    case otherTools
    /// The report may still grow.
    case reportIncomplete
    /// Batches in the archive that are not part of the report.
    case notReported
    /// Requests without a price, which our cost does not include.
    case unpriced(Int)
    case assumedPrices(Int)
    /// Refusals that have tokens and are not billed.
    case notBilled(Int)
    /// The prices differ.
    case prices

    /// The name in formats for programs.
    package var name: String {
        switch self {
        case .notArchived: "not_archived"
        case .removed: "removed"
        case .notListed: "not_listed"
        case .otherTools: "other_tools"
        case .reportIncomplete: "report_incomplete"
        case .notReported: "not_reported"
        case .unpriced: "unpriced"
        case .assumedPrices: "assumed_prices"
        case .notBilled: "not_billed"
        case .prices: "prices"
        }
    }

    /// The reason as a clause for people.
    var clause: String {
        switch self {
        case .notArchived(let count):
            "\(count.counted("batch is", "batches are")) not archived yet: run `batchkeep export`"
        case .removed(let count): "the API removed the results of \(count.counted("batch", "batches"))"
        case .notListed: "no export has listed all batches of this time"
        case .otherTools: "other tools, or batches that were deleted before an export"
        case .reportIncomplete: "the report may not be complete yet"
        case .notReported: "the archive has batches of another organization, or imported ones"
        case .unpriced(let count): "\(count.counted("request has", "requests have")) no price"
        case .assumedPrices(let count): "\(count.counted("request has", "requests have")) an assumed price"
        case .notBilled(let count): "\(count.counted("refusal is", "refusals are")) not billed"
        case .prices: "other prices: compare `batchkeep prices` with your contract"
        }
    }
}
