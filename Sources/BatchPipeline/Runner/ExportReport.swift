package import MessageBatches

/// What a run did: the numbers of its closing table and of its JSON summary.
package struct ExportReport: Sendable {
    /// A batch that is not in the archive although it should be, and why.
    package struct Problem: Sendable {
        package var batch: MessageBatch
        package var outcome: BatchOutcome
    }

    /// Everything in the window before this moment was settled by earlier runs and not listed again; nil if all was.
    package var settledBefore: Timestamp?
    /// The server's clock at the listing, where it told one.
    package var serverDate: Timestamp?
    /// Batches seen in the listing.
    package var listed = 0
    /// Batches of the window, or asked for by id.
    package var inWindow = 0
    package var archivedNow = 0
    package var alreadyArchived = 0
    package var notEnded = 0
    /// Withdrawn before this archive saw them fetchable.
    package var withdrawn = 0
    /// Withdrawn after an earlier run, or this one, had seen them fetchable; those told before included.
    package var lost = 0
    /// Batches that failed before and are left for a later run.
    package var postponed: [PostponedBatch] = []
    /// Ended batches that a status filter left out.
    package var leftOut = 0
    package var unavailable = 0
    package var quarantined = 0
    package var failed = 0
    /// Batches another process was working on.
    package var busy = 0
    /// What a dry run would have fetched.
    package var wouldFetch: [MessageBatch] = []
    package var problems: [Problem] = []
    /// Batches asked for by id that the service does not know or did not describe, by id.
    package var notRetrieved: [String: ServiceError] = [:]
    /// What ended the run before its end: a ``ServiceError`` of the listing, a refused key, an error of the archive,
    /// cancellation.
    package var stop: (any Error)?
    /// Whether the run ended because its task was cancelled.
    package var wasCancelled: Bool {
        stop is CancellationError || (stop as? ServiceError)?.code == .cancelled
    }
    /// Result lines archived now, by type name.
    package var lines: [String: Int] = [:]
    /// The summaries of everything archived now, merged.
    package var summaries: SummarySet
    /// Bytes of results as received.
    package var receivedBytes = 0
    /// Bytes on disk.
    package var storedBytes = 0

    package init(summaries: SummarySet) {
        self.summaries = summaries
    }

    mutating func take(_ batch: MessageBatch, _ outcome: BatchOutcome, isLost: Bool = false) {
        switch outcome {
        case .archived(let published, let proof, let bytes):
            archivedNow += 1
            for (type, count) in proof.found { lines[type, default: 0] += count }
            summaries.merge(proof.summaries)
            receivedBytes += bytes
            storedBytes += published.storedBytes
            return
        case .alreadyArchived:
            alreadyArchived += 1
            return
        case .withdrawn:
            if isLost { lost += 1 } else { withdrawn += 1 }
            return
        case .busy: busy += 1
        case .unavailable: unavailable += 1
        case .quarantined: quarantined += 1
        case .failed: failed += 1
        }
        problems.append(Problem(batch: batch, outcome: outcome))
    }
}
