import BatchArchive
import BatchCatalog
package import MessageBatches
import Tables

/// How many batches of a window the archive contains.
///
/// It does not know batches that were never listed.
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
    /// The time of the last listing.
    package var listedAt: Timestamp?

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
        return listed == 0 || !isListed ? .normal : .good
    }

    private var hasMissing: Bool {
        unfinished + unavailable + removed + unreadable > 0 || archived + pending < listed
    }

    /// The status in one sentence.
    var verdict: String {
        let total = listed.counted("batch", "batches")
        switch tone {
        case .normal where listed > 0:
            let known = archived.counted("batch is archived", "batches are archived")
            return "\(known). No run has listed the batches, so this archive cannot know whether any are missing."
        case .normal:
            return isListed
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

    /// The reasons why the archive is incomplete, most severe first; empty if there are none.
    var reasons: [String] {
        let all: [(Int, String)] = [
            (lost, "lost: the API removed the results after this archive had seen the batches"),
            (quarantined, "quarantined: their lines do not match the counts that the API reported"),
            (unavailable, "unavailable: the API did not return their results; later runs retry"),
            (unreadable, "listed with an invalid batch object; later runs retry"),
            (unfinished, "ended but not archived yet; the next run fetches them"),
            (removed, "removed by the API before this archive first saw them"),
            (pending, "pending: the API has not finished processing them"),
            (unproven, "archived without a proof of completeness (`import --unproven`)"),
        ]
        return all.filter { $0.0 > 0 }.map { "\($0.0.displayText) \($0.1)" }
    }
}

extension Completeness {
    /// The last listing of an archive's batches.
    package struct Listing: Sendable {
        package var startedAt: Timestamp
        /// The number of batches whose objects could not be read.
        package var unreadable: Int

        package init(startedAt: Timestamp, unreadable: Int) {
            self.startedAt = startedAt
            self.unreadable = unreadable
        }

        /// The listing of the last finished run in a catalog; nil if no run has listed anything.
        init?(_ catalog: Catalog) throws(CatalogFailure) {
            let runs = try catalog.runs(last: .max)
            guard let run = runs.first(where: { $0.listedSince != nil || $0.counts["listed", default: 0] > 0 }) else {
                return nil
            }
            self.init(startedAt: run.startedAt, unreadable: run.counts["not_retrieved"] ?? 0)
        }
    }

    /// Adds the selected batches that a catalog lists and that are not archived.
    ///
    /// `listing` is the last listing, if the catalog does not record it yet.
    mutating func add(
        _ catalog: Catalog,
        _ selection: ArchiveSelection,
        listing: Listing? = nil
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
        var last = listing
        if last == nil { last = try Listing(catalog) }
        guard let listing = last else {
            isListed = false
            return
        }
        listed += listing.unreadable
        unreadable += listing.unreadable
        listedAt = listedAt.map { max($0, listing.startedAt) } ?? listing.startedAt
    }
}
