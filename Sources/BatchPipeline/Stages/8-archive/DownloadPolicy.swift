/// Decides after each download of a body what happens next: a pure state machine for one batch.
///
/// A body that looks cut is downloaded again until two complete downloads are equal or the attempts are used up. A body
/// that contradicts its batch is downloaded again once. A body that breaks off is requested again. Each new download
/// starts with a new request for the batch object.
package struct DownloadPolicy: Sendable {
    /// What happens next with the batch and with the draft of the download.
    package enum Action: Sendable {
        /// Publish the draft.
        case publish
        /// Move the draft to quarantine.
        case quarantine([GateFault])
        case retry(RetryReason, DraftUse)
        /// The batch has its outcome for this run, without this draft.
        case giveUp(BatchOutcome, DraftUse)
    }

    /// What happens with a draft that is neither published nor quarantined.
    package enum DraftUse: Sendable, Hashable {
        /// A later download resumes after it.
        case keep
        case drop
    }

    private let maxAttempts: Int
    /// Downloads since one got further than all before, complete or broken.
    package private(set) var attempts = 0
    private var contradictions = 0
    private var lastDigest: String?
    /// The highest number of bytes that a broken download left to resume after.
    private var furthest = 0

    /// `maxAttempts` counts downloads of all kinds, at least 1.
    package init(maxAttempts: Int) {
        self.maxAttempts = maxAttempts
    }

    /// Evaluates a complete download: the verdict on it, and the digest of its bytes as received.
    package mutating func evaluate(_ verdict: CompletenessGate.Verdict, digest: String) -> Action {
        attempts += 1
        defer { lastDigest = digest }
        switch verdict {
        case .complete:
            return .publish
        case .cut(let faults):
            let isFinal = digest == lastDigest || attempts >= maxAttempts
            return isFinal ? .quarantine(faults) : .retry(.unproven(faults), .keep)
        case .contradiction(let faults):
            contradictions += 1
            let isFinal = contradictions > 1 || attempts >= maxAttempts
            return isFinal ? .quarantine(faults) : .retry(.unproven(faults), .drop)
        }
    }

    /// Evaluates a download that broke off, and the number of bytes that a next download can resume after.
    ///
    /// A download that got further than all before resets the count, so that a large body gets through a connection that
    /// breaks often.
    package mutating func evaluate(_ broken: ServiceError, durableBytes: Int = 0) -> Action {
        if durableBytes > furthest {
            furthest = durableBytes
            attempts = 0
        }
        attempts += 1
        return attempts < maxAttempts ? .retry(.failure(broken), .keep) : .giveUp(.failed(.service(broken)), .keep)
    }

    /// Evaluates a download whose beginning differs from what an earlier one left.
    package mutating func evaluateChangedBody() -> Action {
        attempts += 1
        return attempts < maxAttempts ? .retry(.changed, .drop) : .giveUp(.failed(.changing), .drop)
    }
}
