package import BatchPipeline
package import MessageBatches
import Tables

/// How many batches of a window the archive contains.
///
/// It does not know batches that were never listed.
package struct Completeness: Sendable, Hashable {
    /// Batches that were created in the window, according to the last listing.
    package var listed: Int
    /// Batches archived with a proof: the lines per type equal the counts that the API reported.
    package var archived: Int
    /// Batches in progress or canceling.
    package var notEnded = 0
    /// Ended batches that are not archived yet.
    ///
    /// The next run downloads them.
    package var pending = 0
    /// Ended batches whose results the API did not return.
    ///
    /// Later runs retry them.
    package var unavailable = 0
    /// Batches that failed the completeness check.
    package var quarantined = 0
    /// Batches whose results the API had removed before this archive saw them.
    package var withdrawn = 0
    /// Batches whose results the API removed after this archive had seen the batch.
    package var lost = 0
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
        if pending + unavailable + withdrawn > 0 || archived + notEnded < listed { return .warning }
        return listed == 0 ? .normal : .good
    }

    /// The status in one sentence.
    var verdict: String {
        let total = counted(listed, "batch", "batches")
        switch tone {
        case .normal: return "No batches were created in this window."
        case .good where notEnded == 0:
            return listed == 1 ? "Complete: the one batch is archived." : "Complete: all \(total) are archived."
        case .good:
            let ended = counted(archived, "batch", "batches")
            return "Complete so far: every batch that has ended is archived, \(ended) of \(number(listed))."
        default:
            return "Not complete: \(number(archived)) of \(total) \(listed == 1 ? "is" : "are") archived."
        }
    }

    /// The reasons why the archive is incomplete, most severe first; empty if there are none.
    var reasons: [String] {
        let all: [(Int, String)] = [
            (lost, "lost: withdrawn by the API after this archive had seen their results"),
            (quarantined, "in quarantine: their lines do not add up to the counts the API reported"),
            (unavailable, "unavailable: the API did not give their results; later runs try again"),
            (pending, "ended but not archived yet; the next run fetches them"),
            (withdrawn, "withdrawn by the API before this archive first saw them"),
            (notEnded, "not ended yet"),
        ]
        return all.filter { $0.0 > 0 }.map { "\(number($0.0)) \($0.1)" }
    }

    private func number(_ value: Int) -> String {
        NumberText.integer(Int64(value))
    }

    private func counted(_ value: Int, _ one: String, _ many: String) -> String {
        number(value) + " " + (value == 1 ? one : many)
    }
}

extension Completeness {
    /// Counts the batches that a run found in its window.
    ///
    /// Its listing does not contain batches that earlier runs finished.
    package init(_ report: ExportReport, archived: Int, listedAt: Timestamp) {
        let missing = report.inWindow - report.archivedNow - report.alreadyArchived
        self.init(listed: archived + max(0, missing), archived: archived, listedAt: listedAt)
        notEnded = report.notEnded
        pending = report.failed + report.skipped + report.retryScheduled.count
        unavailable = report.unavailable
        quarantined = report.quarantined
        withdrawn = report.removed
        lost = report.lost
    }
}
