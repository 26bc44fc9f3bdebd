package import MessageBatches

/// The port to the records of earlier runs about batches, to which a run adds its own.
///
/// A ledger only advises. Only the archive decides what is archived. The methods do not throw: a ledger that cannot
/// write warns once, and the run continues.
package protocol BatchLedger: Sendable {
    /// Records the listed batches, and returns which of them are retried later and which are lost.
    func advice(on listed: ListedBatches) async -> ListingAdvice

    /// Records the outcome of a batch.
    ///
    /// - Returns: Whether the results are lost: the API removed them after this archive had seen the batch.
    func record(_ outcome: BatchOutcome, of batch: MessageBatch) async -> Bool
}

/// The batches of a run, and the facts that the listing showed about them.
package struct ListedBatches: Sendable {
    /// The batches of the window, or those named by ID.
    package var batches: [MessageBatch]
    /// The IDs of the batches that have a manifest.
    package var archived: Set<String>
    /// The server's time; nil if the server sent none.
    package var serverDate: Timestamp?
    /// The range of creation times that was listed without a gap; nil if batches were named by ID.
    package var completed: CompletedWindow?
    /// The creation time back to which all batches were listed, or 1970 if all batches were.
    ///
    /// Nil if batches were named by ID, or if some are missing. Unlike ``completed``, it does not need a batch.
    package var listedSince: Timestamp?
    /// Whether the server answered a request with the key in this run.
    package var isKeyAccepted = false

    package init(
        batches: [MessageBatch] = [],
        archived: Set<String> = [],
        serverDate: Timestamp? = nil,
        completed: CompletedWindow? = nil
    ) {
        self.batches = batches
        self.archived = archived
        self.serverDate = serverDate
        self.completed = completed
    }
}

/// A range of creation times whose batches were all listed, both ends included.
///
/// It ends at the newest listed batch and does not depend on a clock. Batches created later are outside.
package struct CompletedWindow: Sendable, Hashable {
    /// The start of the range; nil for no limit.
    package var since: Timestamp?
    package var end: Timestamp
    /// The `anthropic-workspace-id` of the answers; a key of another workspace may see other batches.
    package var workspaceID: String?

    package init(since: Timestamp? = nil, end: Timestamp, workspaceID: String?) {
        self.since = since
        self.end = end
        self.workspaceID = workspaceID
    }
}

/// The advice of a ledger about listed batches.
package struct ListingAdvice: Sendable {
    /// Batches that failed before and are retried later, by ID.
    package var retryScheduled: [String: ScheduledRetry] = [:]
    /// Batches whose results the API removed after an earlier run had seen them.
    package var lost: Set<String> = []

    package init() {}
}

/// A failed batch whose next try is later, so that this run does not try it.
package struct ScheduledRetry: Sendable, Hashable {
    package var id: String
    /// The time of the next try.
    package var until: Timestamp
    /// The number of runs in which the batch failed.
    package var attempts: Int
    /// The last failure, as a clause.
    package var reason: String?

    package init(id: String, until: Timestamp, attempts: Int, reason: String?) {
        self.id = id
        self.until = until
        self.attempts = attempts
        self.reason = reason
    }
}

/// A ledger that records nothing.
package struct NoLedger: BatchLedger {
    package init() {}

    package func advice(on listed: ListedBatches) async -> ListingAdvice { ListingAdvice() }

    package func record(_ outcome: BatchOutcome, of batch: MessageBatch) async -> Bool { false }
}
