package import BatchPipeline
package import MessageBatches

/// The catalog's row of one batch: the API's last description of it, and its state in this archive.
package struct CatalogBatch: Sendable, Hashable {
    package let id: String
    package let createdAt: Timestamp

    // At the API.

    package var status: ProcessingStatus
    package var counts: RequestCounts
    package var endedAt: Timestamp?
    package var expiresAt: Timestamp?
    /// When the API removed the results: `archived_at` of the batch object.
    package var removedAt: Timestamp?
    /// When the API last described the batch; updated until the batch is in a final state.
    package var lastSeenAt: Timestamp?
    /// Whether the results were available at any time this archive saw the batch.
    package var wasAvailable = false

    // In this archive.

    package var state: LocalState
    /// The number of runs that tried to archive the batch and failed.
    package var attempts = 0
    /// The last error, as a clause without content of results.
    package var lastError: String?
    package var nextTryAt: Timestamp?
    /// The `request-id` of the last requests, newest last.
    ///
    /// An archived batch has only that of its results.
    package var requestIDs: [String] = []
    /// When the batch was archived, or found removed.
    package var finalizedAt: Timestamp?
    /// When an exit status reported the loss.
    package var lossReportedAt: Timestamp?

    /// The maximum number of request IDs to keep.
    private static let keptRequestIDs = 8

    /// Creates the row of a batch that is seen for the first time; the state follows from the batch object.
    package init(_ batch: MessageBatch, seenAt now: Timestamp? = nil, serverDate: Timestamp? = nil) {
        id = batch.id
        createdAt = batch.createdAt
        status = batch.status
        counts = batch.counts
        state = .pending
        update(from: batch, at: now, serverDate: serverDate)
    }

    /// Creates a row with its required values.
    init(id: String, createdAt: Timestamp, status: ProcessingStatus, counts: RequestCounts, state: LocalState) {
        self.id = id
        self.createdAt = createdAt
        self.status = status
        self.counts = counts
        self.state = state
    }

    /// The end of the 29 days in which the API keeps results.
    package var retentionEnds: Timestamp {
        createdAt.adding(seconds: Int64(MessageBatch.retentionDays) * 86_400)
    }

    /// Days until the API removes the results; negative after that.
    package func daysLeft(at moment: Timestamp) -> Double {
        retentionEnds.seconds(since: moment) / 86_400
    }
}

/// State transitions.
extension CatalogBatch {
    /// Updates the row from the API's current description of the batch.
    ///
    /// The age of the batch is measured by the server's clock if it is known.
    package mutating func update(from batch: MessageBatch, at now: Timestamp?, serverDate: Timestamp?) {
        status = batch.status
        counts = batch.counts
        endedAt = batch.endedAt
        expiresAt = batch.expiresAt
        removedAt = batch.archivedAt
        lastSeenAt = now ?? lastSeenAt
        guard !state.isFinal else { return }
        if batch.archivedAt != nil {
            markRemoved(at: now)
        } else if batch.status == .ended {
            let isWithinRetention = (serverDate ?? now).map { $0 <= batch.retentionEnds } ?? false
            wasAvailable = wasAvailable || isWithinRetention && batch.resultsURL != nil
            if state == .pending { state = .new }
        } else {
            state = .pending
        }
    }

    /// Records the outcome of a run for the batch; `error` is a clause that describes the failure.
    package mutating func record(_ outcome: BatchOutcome, error: String, at now: Timestamp) {
        switch outcome {
        case .archived(_, let proof, _):
            archive(proof.batch, requestID: proof.requestID, at: proof.finishedAt)
        case .alreadyArchived:
            wasAvailable = true
            (state, finalizedAt) = (.archived, now)
            (attempts, lastError, nextTryAt) = (0, nil, nil)
        case .busy:
            // The other process records its outcome in files, which the next run reads.
            lastError = error
        case .removed:
            markRemoved(at: now)
        case .unavailable(let failure):
            if state != .quarantined { state = .unavailable }
            fail(error, failure.requestID, at: now)
        case .quarantined:
            wasAvailable = true
            state = .quarantined
            fail(error, nil, at: now)
        case .failed(let failure):
            wasAvailable = true
            if state != .quarantined { state = .failed }
            switch failure {
            case .service(let failure): fail(error, failure.requestID, at: now)
            // The run's time limit ended this download, which is not a failure of the batch. The next run resumes it.
            case .deadline: lastError = error
            case .lineTooLong, .changing, .unsafeID, .unreadableIDs, .obstacle, .unreadableFile:
                fail(error, nil, at: now)
            }
        }
    }

    /// Makes this the row of an archived batch, in any state.
    package mutating func archive(_ batch: MessageBatch, requestID: String?, at moment: Timestamp) {
        state = .archived
        status = batch.status
        counts = batch.counts
        endedAt = batch.endedAt
        expiresAt = batch.expiresAt
        wasAvailable = true
        (attempts, lastError, nextTryAt) = (0, nil, nil)
        requestIDs = requestID.map { [$0] } ?? []
        finalizedAt = moment
    }

    /// Records that the API no longer has the results.
    package mutating func markRemoved(at now: Timestamp?) {
        state = wasAvailable ? .lost : .removed
        finalizedAt = now
        nextTryAt = nil
    }

    /// Records that a listing of its time no longer contains the batch: it was deleted, or the key cannot see it.
    ///
    /// As with unavailable results, the state becomes final only after the 29 days have passed by the server's clock.
    package mutating func recordMissing(_ error: String, at now: Timestamp, serverDate: Timestamp?) {
        lastError = error
        if let serverDate, serverDate > retentionEnds {
            markRemoved(at: now)
        } else if state != .quarantined, state != .partial {
            state = .unavailable
        }
    }

    /// Makes this the row of a batch whose data is in `_quarantine`; `moment` is when it was moved there.
    ///
    /// With nil as `attempts`, an import moved it there. That changes no schedule: a download may succeed at once.
    package mutating func quarantine(reason: String, attempts: Int?, requestID: String?, at moment: Timestamp) {
        guard !state.isFinal else { return }
        state = .quarantined
        lastError = reason
        requestIDs = requestID.map { [$0] } ?? []
        guard let attempts else { return }
        wasAvailable = true
        guard nextTryAt == nil || attempts > self.attempts else { return }
        self.attempts = max(attempts, self.attempts)
        nextTryAt = RetrySchedule.nextTry(
            after: self.attempts,
            isQuarantined: true,
            retentionEnds: retentionEnds,
            now: moment
        )
    }

    /// Records that the batch is partly downloaded and can be resumed.
    package mutating func markPartial() {
        guard !state.isFinal, state != .quarantined else { return }
        wasAvailable = true
        state = .partial
    }

    /// Resets a state that no file confirms.
    package mutating func reopen() {
        guard LocalState.inFiles.contains(state) else { return }
        finalizedAt = nil
        state = removedAt != nil ? .lost : attempts > 0 ? .failed : .new
    }

    private mutating func fail(_ error: String, _ requestID: String?, at now: Timestamp) {
        attempts += 1
        lastError = error
        if let requestID { requestIDs = (requestIDs + [requestID]).suffix(Self.keptRequestIDs) }
        nextTryAt = RetrySchedule.nextTry(
            after: attempts,
            isQuarantined: state == .quarantined,
            retentionEnds: retentionEnds,
            now: now
        )
    }
}

/// The schedule for retrying failed batches.
///
/// The first retry is immediate. Pauses then grow, so that a batch that always fails is not downloaded every night.
/// Each pause is half a day shorter than a number of nights, so that a run that begins a little early still retries.
package enum RetrySchedule {
    private static let hour: Int64 = 3_600
    private static let hours: [Int64] = [0, 12, 36, 84, 156]

    /// How long before the end of retention a batch is tried in every run, in seconds.
    private static let lastDays: Int64 = 4 * 24 * hour

    /// The earliest time of the next try after the batch failed in `attempts` runs, the last of them at `now`.
    ///
    /// A quarantined batch was read twice with the same result, so its first pause is one step longer. There are no
    /// pauses in the last days before `retentionEnds`. After it, results may or may not be available, and the pauses
    /// apply again.
    package static func nextTry(
        after attempts: Int,
        isQuarantined: Bool,
        retentionEnds: Timestamp,
        now: Timestamp
    ) -> Timestamp {
        let step = max(0, attempts - 1) + (isQuarantined ? 1 : 0)
        let planned = now.adding(seconds: hours[min(step, hours.count - 1)] * hour)
        guard now <= retentionEnds else { return planned }
        return max(now, min(planned, retentionEnds.adding(seconds: -lastDays)))
    }
}
