package import MessageBatches

/// The port to what earlier runs recorded about batches.
///
/// A run records there what it learns.
///
/// A ledger advises; only the archive decides what is archived. Its methods do not throw: a ledger that cannot write
/// warns once, and the run continues.
package protocol BatchLedger: Sendable {
    /// Records the listed batches, and returns which of them the run leaves alone and which are lost.
    func advice(on listed: ListedBatches) async -> ListingAdvice

    /// Records the outcome of a batch.
    ///
    /// - Returns: Whether the results are lost: the API removed them after this archive had seen the batch.
    func record(_ outcome: BatchOutcome, of batch: MessageBatch) async -> Bool
}

/// What a run learned from the API before its first download.
package struct ListedBatches: Sendable {
    /// The batches of the window, or those named by ID.
    package var batches: [MessageBatch]
    /// The IDs that have a manifest.
    package var archived: Set<String>
    /// The server's clock, if the server sent it.
    package var serverDate: Timestamp?
    /// The creation times that were listed without a gap; nil if batches were named by ID.
    package var completed: CompletedWindow?

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
/// It ends at the newest batch that was listed, not at a clock: a batch created later is simply not in it.
package struct CompletedWindow: Sendable, Hashable {
    /// Nil for "from the beginning".
    package var since: Timestamp?
    package var end: Timestamp
    /// The `anthropic-workspace-id` of the answers: another key may see other batches.
    package var workspaceID: String?

    package init(since: Timestamp? = nil, end: Timestamp, workspaceID: String?) {
        self.since = since
        self.end = end
        self.workspaceID = workspaceID
    }
}

/// What a ledger knows about listed batches.
package struct ListingAdvice: Sendable {
    /// Batches that failed before and whose next try is later.
    package var postponed: [String: PostponedBatch] = [:]
    /// Batches whose results the API removed after an earlier run had seen them.
    package var lost: Set<String> = []

    package init() {}
}

/// A batch that this run does not try, and why.
package struct PostponedBatch: Sendable, Hashable {
    package var id: String
    /// When it is tried again.
    package var until: Timestamp
    /// The number of runs in which it failed.
    package var attempts: Int
    /// What went wrong last, as a clause.
    package var reason: String?

    package init(id: String, until: Timestamp, attempts: Int, reason: String?) {
        self.id = id
        self.until = until
        self.attempts = attempts
        self.reason = reason
    }
}

/// The ledger of a run that records nothing.
package struct NoLedger: BatchLedger {
    package init() {}

    package func advice(on listed: ListedBatches) async -> ListingAdvice { ListingAdvice() }

    package func record(_ outcome: BatchOutcome, of batch: MessageBatch) async -> Bool { false }
}
