package import BatchPipeline
package import MessageBatches
import Tables

/// How much of a window the archive holds, by batches; what was never listed is not known here.
package struct Completeness: Sendable, Hashable {
    /// Batches created in the window, as last listed.
    package var listed: Int
    /// Archived with a proof: the lines per type equal the counts the API reported.
    package var archived: Int
    /// Still in progress or canceling.
    package var notEnded = 0
    /// Ended and not archived yet; the next run fetches them.
    package var pending = 0
    /// Ended, but the API did not give the results; tried again in later runs.
    package var unavailable = 0
    /// Failed the proof.
    package var quarantined = 0
    /// Already withdrawn when this archive first saw them.
    package var withdrawn = 0
    /// Withdrawn after this archive had seen them fetchable.
    package var lost = 0
    /// When the API was last asked for its batches.
    package var listedAt: Timestamp?

    package init(listed: Int, archived: Int, listedAt: Timestamp? = nil) {
        self.listed = listed
        self.archived = archived
        self.listedAt = listedAt
    }
}

extension Completeness {
    /// How good the news is.
    var tone: Tone {
        if quarantined + lost > 0 { return .bad }
        if pending + unavailable + withdrawn > 0 || archived + notEnded < listed { return .warning }
        return listed == 0 ? .normal : .good
    }

    /// The verdict in one sentence.
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

    /// What stands between the archive and completeness, worst first; empty if nothing does.
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
    /// What a run found in its window; batches that earlier runs had finished are not in its listing.
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
