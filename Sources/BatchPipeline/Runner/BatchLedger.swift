package import MessageBatches

/// The port to what earlier runs left known of batches, and where this run leaves what it learns.
///
/// A ledger advises; what is archived is decided by the archive alone. So its methods do not throw: one that cannot write
/// says so once, at the edge, and the run goes on.
package protocol BatchLedger: Sendable {
    /// Takes in what was listed and says which batches this run leaves alone, and which are lost.
    func survey(_ survey: BatchSurvey) async -> SurveyFindings

    /// Takes in what became of a batch, and returns whether its results are lost: withdrawn after this archive had seen
    /// them fetchable.
    func settle(_ batch: MessageBatch, _ outcome: BatchOutcome) async -> Bool
}

/// What a run saw of the service before it fetched anything.
package struct BatchSurvey: Sendable {
    /// The batches of the window, or those asked for by id.
    package var batches: [MessageBatch]
    /// The ids that have a manifest.
    package var archived: Set<String>
    /// The server's clock, where it told one.
    package var serverDate: Timestamp?
    /// The creation times that were walked without a gap; nil where batches were asked for by id.
    package var walked: WalkedSpan?

    package init(
        batches: [MessageBatch] = [],
        archived: Set<String> = [],
        serverDate: Timestamp? = nil,
        walked: WalkedSpan? = nil
    ) {
        self.batches = batches
        self.archived = archived
        self.serverDate = serverDate
        self.walked = walked
    }
}

/// A stretch of creation times, both ends included, whose batches were all listed.
///
/// Its end is the newest batch seen, not a clock: what was created later is simply not in it.
package struct WalkedSpan: Sendable, Hashable {
    /// Nil for "from the beginning".
    package var since: Timestamp?
    package var newest: Timestamp
    /// `anthropic-workspace-id` of the answers: another key may see other batches.
    package var workspaceID: String?

    package init(since: Timestamp?, newest: Timestamp, workspaceID: String?) {
        self.since = since
        self.newest = newest
        self.workspaceID = workspaceID
    }
}

/// What a ledger says about the batches of a survey.
package struct SurveyFindings: Sendable {
    /// Batches that failed before and are not tried again yet.
    package var postponed: [String: PostponedBatch] = [:]
    /// Batches that are withdrawn and were fetchable when an earlier run saw them.
    package var lost: Set<String> = []

    package init() {}
}

/// A batch that is left for a later run, and why.
package struct PostponedBatch: Sendable, Hashable {
    package var id: String
    /// The first moment it is tried again.
    package var until: Timestamp
    /// In how many runs it failed.
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

/// The ledger of a run that remembers nothing.
package struct NoLedger: BatchLedger {
    package init() {}

    package func survey(_ survey: BatchSurvey) async -> SurveyFindings { SurveyFindings() }

    package func settle(_ batch: MessageBatch, _ outcome: BatchOutcome) async -> Bool { false }
}
