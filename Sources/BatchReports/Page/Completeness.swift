import BatchArchive
import BatchCatalog
import BatchPipeline
package import MessageBatches
import Tables

/// How many batches of a window the archive contains.
///
/// It does not know batches that were never listed, and ``unlisted`` says which parts of the window were not.
package struct Completeness: Sendable, Hashable {
    /// Batches that were created in the window, according to the last listing.
    package var listed: Int
    /// Archived batches: the lines per type equal the counts that the API reported, except for ``unproven`` ones.
    package var archived: Int
    /// Batches that the API has not finished processing.
    package var pending = 0
    /// Ended batches that are not archived yet.
    ///
    /// The next run downloads them.
    package var unfinished = 0
    /// Ended batches whose results the API did not return.
    ///
    /// Later runs retry them.
    package var unavailable = 0
    /// Batches that failed the completeness check.
    package var quarantined = 0
    /// Batches whose results the API had removed before this archive saw them.
    package var removed = 0
    /// Batches whose results the API removed after this archive had seen the batch.
    package var lost = 0
    /// Batches of the last listing whose objects could not be read, so that their times are unknown.
    package var unreadable = 0
    /// Archived batches without a proof, which `import --unproven` archived.
    package var unproven = 0
    /// Whether a run has listed the batches of every archive.
    ///
    /// Without a listing, it is unknown whether batches are missing.
    package var isListed = true
    /// The time of the last listing; with several archives, of the one whose last listing is the oldest.
    package var listedAt: Timestamp?
    /// Sentences about the parts of the window that were never listed; empty if all of it was.
    package var unlisted: [String] = []
    /// Selected IDs that no archive has in the window.
    package var unknown = 0

    package init(listed: Int, archived: Int, listedAt: Timestamp? = nil) {
        self.listed = listed
        self.archived = archived
        self.listedAt = listedAt
    }
}

extension Completeness {
    /// The color of the status.
    var tone: Tone {
        if quarantined + lost > 0 { return .bad }
        if hasMissing || unproven > 0 { return .warning }
        return listed == 0 || !isListed || !unlisted.isEmpty ? .normal : .good
    }

    private var hasMissing: Bool {
        unfinished + unavailable + removed + unreadable > 0 || archived + pending < listed
    }

    /// The status in one sentence.
    var verdict: String {
        let total = listed.counted("batch", "batches")
        switch tone {
        case .normal where listed > 0 && !isListed:
            let known = archived.counted("batch is archived", "batches are archived")
            return "\(known). No run has listed the batches, so this archive cannot know whether any are missing."
        case .normal where listed > 0 && pending > 0:
            let ended = archived.counted("batch", "batches")
            let known = "Every batch that this archive knows and that has ended is archived"
            return "\(known), \(ended) of \(listed.displayText)."
        case .normal where listed > 0:
            return listed == 1
                ? "The one batch that this archive knows is archived."
                : "All \(total) that this archive knows are archived."
        case .normal:
            return isListed && unlisted.isEmpty
                ? "No batches were created in this window." : "No batches of this window are archived."
        case .warning where !hasMissing && pending == 0:
            return "Archived, but not all proven complete: \(unproven.displayText) of \(total)."
        case .good where pending == 0:
            return listed == 1 ? "Complete: the one batch is archived." : "Complete: all \(total) are archived."
        case .good:
            let ended = archived.counted("batch", "batches")
            return "Complete so far: every batch that has ended is archived, \(ended) of \(listed.displayText)."
        default:
            return "Not complete: \(archived.displayText) of \(total) \(listed == 1 ? "is" : "are") archived."
        }
    }

    /// The reasons why the archive is incomplete or may be, most severe first; empty if there are none.
    var reasons: [String] {
        let all: [(Int, String)] = [
            (lost, "lost: the API removed the results after this archive had seen the batches"),
            (quarantined, "quarantined: their lines do not match the counts that the API reported"),
            (unavailable, "unavailable: the API did not return their results; later runs retry"),
            (unreadable, "listed with an invalid batch object; later runs retry"),
            (unfinished, "ended but not archived yet; the next run fetches them"),
            (removed, "removed by the API before this archive first saw them"),
            (unknown, "selected by ID, but not found"),
            (pending, "pending: the API has not finished processing them"),
            (unproven, "archived without a proof of completeness (`import --unproven`)"),
        ]
        return all.filter { $0.0 > 0 }.map { "\($0.0.displayText) \($0.1)" } + unlisted
    }
}

extension Completeness {
    /// The last listing of an archive's batches.
    package struct Listing: Sendable {
        package var startedAt: Timestamp
        /// The number of batches whose objects could not be read.
        package var unreadable: Int
        /// Whether the run ignored the batches of other shards.
        package var isShard: Bool

        package init(startedAt: Timestamp, unreadable: Int, isShard: Bool) {
            self.startedAt = startedAt
            self.unreadable = unreadable
            self.isShard = isShard
        }

        /// The listing of the last finished run in a catalog; nil if no run has listed anything.
        init?(_ catalog: Catalog) throws(CatalogFailure) {
            guard let run = try catalog.runs(last: .max).first(where: \.hasListed) else { return nil }
            self.init(
                startedAt: run.startedAt,
                unreadable: run.counts["not_retrieved"] ?? 0,
                isShard: run.isShard
            )
        }
    }

    /// Adds the selected batches that a catalog lists and that are not archived, and what was never listed.
    ///
    /// `listing` is the listing of the selection, if the catalog does not record it yet. `workspace` is the name of the
    /// archive if it is one of several. `windowEnd` returns the end of the window that a run selected.
    mutating func add(
        _ catalog: Catalog,
        _ selection: ArchiveSelection,
        listing: Listing? = nil,
        workspace: String? = nil,
        now: Timestamp,
        windowEnd: (CatalogRun) -> Timestamp?
    ) throws(CatalogFailure) {
        let states = LocalState.allCases.filter { $0 != .archived }
        for batch in try catalog.batches(in: states) where selection.contains(batch.id, createdAt: batch.createdAt) {
            listed += 1
            switch batch.state {
            case .pending: pending += 1
            case .new, .failed, .partial: unfinished += 1
            case .unavailable: unavailable += 1
            case .quarantined: quarantined += 1
            case .removed: removed += 1
            case .lost: lost += 1
            case .archived: break
            }
        }
        // Selected batches are known or not, whatever was listed.
        guard selection.ids == nil else { return }
        let place = workspace.map { " of workspace \($0)" } ?? ""
        let unknown = "were never listed, so this archive cannot know whether any are missing."
        var last = listing
        if last == nil { last = try Listing(catalog) }
        guard let last else {
            if workspace == nil { isListed = false } else { unlisted.append("The batches\(place) \(unknown)") }
            return
        }
        listed += last.unreadable
        unreadable += last.unreadable
        listedAt = listedAt.map { min($0, last.startedAt) } ?? last.startedAt
        if last.isShard {
            let shard = "The last listing\(place) had one shard of the batches"
            unlisted.append("\(shard), so this archive cannot know whether any are missing.")
        } else if listing == nil, last.unreadable == 0 {
            let ranges = try catalog.listedRanges(now: now, windowEnd: windowEnd)
            let gaps = try Self.gaps(of: ranges, catalog, selection)
            unlisted += gaps.prefix(Self.shownGaps).map { "Batches\(place) \($0) \(unknown)" }
            let more = gaps.count - Self.shownGaps
            if more > 0 { unlisted.append("\(more.counted("more period was", "more periods were")) never listed.") }
        }
    }

    /// The largest number of periods that the page names: irregular runs can leave many short ones.
    private static let shownGaps = 5

    /// Counts the selected IDs that are neither archived nor in a catalog; call it after all catalogs are added.
    mutating func countUnknown(of ids: Set<String>?) {
        unknown = max(0, (ids?.count ?? 0) - listed)
        listed += unknown
    }

    /// The creation times in a window that no run has listed, such as "created before 2026-11-20 00:00:00Z".
    private static func gaps(
        of ranges: [CompletedWindow],
        _ catalog: Catalog,
        _ selection: ArchiveSelection
    ) throws(CatalogFailure) -> [String] {
        var start = selection.since
        if start == nil, let oldest = try catalog.oldestCreation() {
            // The window ends before the oldest batch if its end is earlier.
            start = selection.until.map { min(oldest, Timestamp(nanoseconds: $0.nanoseconds - 1)) } ?? oldest
        }
        guard let start else { return [] }
        return ranges.gaps(after: start, until: selection.until)
            .map { gap in
                let since = NumberText.timestamp(gap.since ?? start)
                guard let until = gap.until.map(NumberText.timestamp) else { return "created since \(since)" }
                return gap.since == start ? "created before \(until)" : "created between \(since) and \(until)"
            }
    }
}
