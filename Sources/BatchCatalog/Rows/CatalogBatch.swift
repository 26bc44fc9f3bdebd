package import BatchPipeline
package import MessageBatches

/// What the catalog knows of one batch: how the service described it last, and how far this archive has come with it.
package struct CatalogBatch: Sendable, Hashable {
    package let id: String
    package let createdAt: Timestamp

    // At the service.

    package var status: ProcessingStatus
    package var counts: RequestCounts
    package var endedAt: Timestamp?
    package var expiresAt: Timestamp?
    /// When the service withdrew the results, its `archived_at`.
    package var withdrawnAt: Timestamp?
    /// When an answer described the batch last; kept up to date until the batch is settled.
    package var lastSeenAt: Timestamp?
    /// Whether its results were ever there to be fetched, as far as this archive saw.
    package var wasFetchable = false

    // In this archive.

    package var state: LocalState
    /// Runs that tried and failed.
    package var attempts = 0
    /// What went wrong last, as a clause without content of results.
    package var lastError: String?
    package var nextTryAt: Timestamp?
    /// `request-id` of what was asked last, the newest at the end; of an archived batch, that of its results.
    package var requestIDs: [String] = []
    /// When it was archived, or found withdrawn.
    package var settledAt: Timestamp?
    /// When an exit status told of the loss.
    package var lossToldAt: Timestamp?

    /// How many request-ids are kept.
    private static let keptRequestIDs = 8

    /// A batch that was seen for the first time; its state follows from what it says of itself.
    package init(_ batch: MessageBatch, seenAt now: Timestamp? = nil, serverDate: Timestamp? = nil) {
        id = batch.id
        createdAt = batch.createdAt
        status = batch.status
        counts = batch.counts
        state = .waiting
        see(batch, at: now, serverDate: serverDate)
    }

    /// A row with what no row is without.
    init(id: String, createdAt: Timestamp, status: ProcessingStatus, counts: RequestCounts, state: LocalState) {
        self.id = id
        self.createdAt = createdAt
        self.status = status
        self.counts = counts
        self.state = state
    }

    /// The end of the 29 days in which results can be fetched.
    package var retentionEnds: Timestamp {
        createdAt.adding(seconds: Int64(MessageBatch.retentionDays) * 86_400)
    }

    /// Days until the results are withdrawn, negative behind that.
    package func daysLeft(at moment: Timestamp) -> Double {
        retentionEnds.seconds(since: moment) / 86_400
    }
}

/// The ways from one state to another.
extension CatalogBatch {
    /// Takes in how the service describes the batch now.
    ///
    /// Age is judged by the server's clock where it is known.
    package mutating func see(_ batch: MessageBatch, at now: Timestamp?, serverDate: Timestamp?) {
        status = batch.status
        counts = batch.counts
        endedAt = batch.endedAt
        expiresAt = batch.expiresAt
        withdrawnAt = batch.archivedAt
        lastSeenAt = now ?? lastSeenAt
        guard !state.isSettled else { return }
        if batch.archivedAt != nil {
            withdraw(at: now)
        } else if batch.status == .ended {
            let isInTime = (serverDate ?? now).map { $0 <= batch.retentionEnds } ?? false
            wasFetchable = wasFetchable || isInTime && batch.resultsURL != nil
            if state == .waiting { state = .new }
        } else {
            state = .waiting
        }
    }

    /// Records the outcome of a run for the batch; `error` is the clause for what went wrong.
    package mutating func record(_ outcome: BatchOutcome, error: String, at now: Timestamp) {
        switch outcome {
        case .archived(_, let proof, _):
            archive(proof.batch, requestID: proof.requestID, at: proof.finishedAt)
        case .alreadyArchived:
            wasFetchable = true
            (state, settledAt) = (.archived, now)
            (attempts, lastError, nextTryAt) = (0, nil, nil)
        case .busy:
            // What the other process makes of it shows in its files, which the next run reads.
            lastError = error
        case .removed:
            withdraw(at: now)
        case .unavailable(let failure):
            if state != .quarantined { state = .unavailable }
            fail(error, failure.requestID, at: now)
        case .quarantined:
            wasFetchable = true
            state = .quarantined
            fail(error, nil, at: now)
        case .failed(let failure):
            wasFetchable = true
            if state != .quarantined { state = .failing }
            switch failure {
            case .service(let failure): fail(error, failure.requestID, at: now)
            // Its time was up, nothing is wrong with it: the next run goes on.
            case .deadline: lastError = error
            case .lineTooLong, .changing, .unsafeID: fail(error, nil, at: now)
            }
        }
    }

    /// Makes it the row of an archived batch, whatever it was before.
    package mutating func archive(_ batch: MessageBatch, requestID: String?, at moment: Timestamp) {
        state = .archived
        status = batch.status
        counts = batch.counts
        endedAt = batch.endedAt
        expiresAt = batch.expiresAt
        wasFetchable = true
        (attempts, lastError, nextTryAt) = (0, nil, nil)
        requestIDs = requestID.map { [$0] } ?? []
        settledAt = moment
    }

    /// The results are no longer to be had.
    package mutating func withdraw(at now: Timestamp?) {
        state = wasFetchable ? .lost : .withdrawn
        settledAt = now
        nextTryAt = nil
    }

    /// Takes in that a listing of its time does not show the batch any more: deleted, or out of sight for the key in use.
    ///
    /// Like results that are not given: final only once the 29 days are over by the server's clock.
    package mutating func miss(_ error: String, at now: Timestamp, serverDate: Timestamp?) {
        lastError = error
        if let serverDate, serverDate > retentionEnds {
            withdraw(at: now)
        } else if state != .quarantined, state != .partial {
            state = .unavailable
        }
    }

    /// Makes it the row of a batch whose data lies in `_quarantine`; `moment` is when it was put there.
    package mutating func quarantine(reason: String, attempts: Int, requestID: String?, at moment: Timestamp) {
        guard !state.isSettled else { return }
        wasFetchable = true
        state = .quarantined
        lastError = reason
        requestIDs = requestID.map { [$0] } ?? []
        guard nextTryAt == nil || attempts > self.attempts else { return }
        self.attempts = max(attempts, self.attempts)
        nextTryAt = RetryPauses.nextTry(
            after: self.attempts,
            isQuarantined: true,
            retentionEnds: retentionEnds,
            now: moment
        )
    }

    /// Makes it the row of a batch whose download can go on where it was.
    package mutating func park() {
        guard !state.isSettled, state != .quarantined else { return }
        wasFetchable = true
        state = .partial
    }

    /// Takes back a state that no file bears out any more.
    package mutating func reopen() {
        guard LocalState.inFiles.contains(state) else { return }
        settledAt = nil
        state = withdrawnAt != nil ? .lost : attempts > 0 ? .failing : .new
    }

    private mutating func fail(_ error: String, _ requestID: String?, at now: Timestamp) {
        attempts += 1
        lastError = error
        if let requestID { requestIDs = (requestIDs + [requestID]).suffix(Self.keptRequestIDs) }
        nextTryAt = RetryPauses.nextTry(
            after: attempts,
            isQuarantined: state == .quarantined,
            retentionEnds: retentionEnds,
            now: now
        )
    }
}

/// When a batch that failed is tried again: at once at first, then with pauses that grow, so that a poisoned batch is not
/// fetched every night for ever.
///
/// The pauses end half a day before a night, so that a run that begins a little earlier than the last one is not too early.
package enum RetryPauses {
    private static let hour: Int64 = 3_600
    private static let hours: [Int64] = [0, 12, 36, 84, 156]

    /// How long before the end of retention a batch is tried in every run.
    private static let lastDays: Int64 = 4 * 24 * hour

    /// The first moment a batch is tried again after it failed in `attempts` runs, the last at `now`.
    ///
    /// A quarantined batch was read twice and came out the same, so its first pause is one step longer. In the last days
    /// before `retentionEnds` there are no pauses; behind it, where results may or may not still be there, there are.
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
