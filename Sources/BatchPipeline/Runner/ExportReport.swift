package import MessageBatches

/// The results of a run, the source of its closing table and its JSON summary.
package struct ExportReport: Sendable {
    /// A batch that should be in the archive but is not, with its outcome.
    package struct Problem: Sendable {
        package var batch: MessageBatch
        package var outcome: BatchOutcome
    }

    /// The result of the wait for the end of pending batches.
    package struct Wait: Sendable {
        /// The number of batches for which the run waited.
        package var batches: Int
        /// The number of these whose processing ended during the run.
        package var ended = 0
        /// The batches that were still pending at the end of the run, by ID.
        package var stillPending: [String: MessageBatch]

        package init(for pending: [MessageBatch]) {
            batches = pending.count
            stillPending = Dictionary(pending.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        }
    }

    /// How many batches the run downloads at once.
    package struct Concurrency: Sendable, Hashable {
        package var isAutomatic: Bool
        /// The highest number that is allowed, for an automatic limit with the batches of the run.
        package var limit: Int
        /// The highest number of batches that were downloaded at once.
        package var highest = 0
        /// The number of times the service slowed down the run.
        package var slowdowns = 0

        init(_ concurrency: DownloadConcurrency, batches: [MessageBatch]) {
            switch concurrency {
            case .fixed: (isAutomatic, limit) = (false, concurrency.highest)
            case .automatic:
                (isAutomatic, limit) = (true, DownloadLimit(concurrency).most(of: batches.map(\.counts.total)))
            }
        }
    }

    /// The time before which earlier runs completed all batches of the window; nil if the whole window was listed.
    package var completedBefore: Timestamp?
    /// How many batches the run downloads at once; nil if it has none to download.
    package var concurrency: Concurrency?
    /// The selection extended by the window as of the server's time, if that is another one.
    package var corrected: ExportSelection?
    /// The server's time at the listing; nil if the server sent none.
    package var serverDate: Timestamp?
    /// Batches seen in the listing.
    package var listed = 0
    /// Batches in the window, or named by ID.
    package var inWindow = 0
    package var archivedNow = 0
    package var alreadyArchived = 0
    /// Batches that the API has not finished processing.
    package var pending = 0
    /// Batches whose results the API removed before this archive had seen them.
    package var removed = 0
    /// Batches whose results the API removed after this archive had seen them, including those reported by earlier
    /// runs.
    package var lost = 0
    /// Batches that failed before and are retried by a later run.
    package var retryScheduled: [ScheduledRetry] = []
    /// Ended batches that the status filter does not select.
    package var skipped = 0
    package var unavailable = 0
    package var quarantined = 0
    package var failed = 0
    /// Batches that another process was downloading.
    package var busy = 0
    /// The batches that a dry run would download.
    package var wouldFetch: [MessageBatch] = []
    /// The batches whose end a dry run would wait for.
    package var wouldWaitFor: [MessageBatch] = []
    /// The result of the wait for pending batches; nil if the run did not wait.
    package var wait: Wait?
    package var problems: [Problem] = []
    /// Whether the listing was newest first; if not, the run has read it to its end.
    package var isListingOrdered = true
    /// The number of batches per page that the server limited the listing to; nil if it accepted the requested one.
    package var reducedPageSize: Int?
    /// The errors of batches whose objects could not be retrieved or are malformed, by ID.
    package var notRetrieved: [String: ServiceError] = [:]
    /// The number of these whose batch objects arrived, but are malformed.
    package var unreadable: Int {
        notRetrieved.values.count { if case .malformedBatch = $0.code { true } else { false } }
    }
    /// Why the objects of some removed batches cannot be read, as clauses by ID; ``removed`` counts these batches.
    package var removedUnreadable: [String: String] = [:]
    /// The error that ended the run early: a failed listing, a key that is refused for every batch, an error of the archive, or cancellation.
    package var stop: (any Error)?
    /// Whether the run ended because its task was canceled.
    package var wasCancelled: Bool {
        stop is CancellationError || (stop as? ServiceError)?.code == .cancelled
    }
    /// Result lines archived in this run, by type name.
    package var lines: [String: Int] = [:]
    /// The merged summaries of all batches archived in this run.
    package var summaries: SummarySet
    /// Bytes of results as received, in this run.
    package var receivedBytes = 0
    /// Bytes on disk of the batches archived in this run.
    package var storedBytes = 0

    package init(summaries: SummarySet) {
        self.summaries = summaries
    }

    /// Adds the outcome of a batch.
    mutating func record(_ batch: MessageBatch, _ outcome: BatchOutcome, isLost: Bool = false) {
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
        case .removed:
            if isLost { lost += 1 } else { removed += 1 }
            return
        case .busy: busy += 1
        case .unavailable: unavailable += 1
        case .quarantined: quarantined += 1
        case .failed: failed += 1
        }
        problems.append(Problem(batch: batch, outcome: outcome))
    }
}
