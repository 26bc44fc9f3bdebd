package import JSONLines

/// Decides after each download of a body what to do next, as a state machine for one batch.
///
/// If a body looks truncated, it is downloaded again until two complete downloads have the same lines or the attempts are
/// used up. If a body contradicts its batch, it is downloaded again once. If a download breaks off, the body is requested
/// again. Before each new download, the batch object is requested again.
package struct DownloadPolicy: Sendable {
    /// The next action for the batch and its draft.
    package enum Action: Sendable {
        /// Publish the draft.
        case publish
        /// Move the draft to quarantine.
        case quarantine([GateFault])
        case retry(RetryReason, DraftUse)
        /// The outcome of the batch in this run is final, and this draft is not published.
        case giveUp(BatchOutcome, DraftUse)
    }

    /// The use of a draft that is neither published nor quarantined.
    package enum DraftUse: Sendable, Hashable {
        /// A later download resumes after it.
        case keep
        case drop
    }

    private let maxAttempts: Int
    /// The number of downloads since one got further than all before, complete or broken.
    package private(set) var attempts = 0
    private var contradictions = 0
    private var lastDigest: LinesDigest?
    /// The largest number of bytes that a broken download left to resume after.
    private var furthest = 0

    /// Creates a policy; `maxAttempts` counts downloads of all kinds and is at least 1.
    package init(maxAttempts: Int) {
        self.maxAttempts = maxAttempts
    }

    /// Evaluates a complete download by its verdict and by the digest of its lines.
    package mutating func evaluate(_ verdict: CompletenessGate.Verdict, digest: LinesDigest) -> Action {
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

    /// Evaluates a download that broke off; `durableBytes` is the number of bytes that the next one can resume after.
    ///
    /// A download that gets further than all before resets the count of attempts. So a large body can be downloaded
    /// over an unstable connection.
    package mutating func evaluate(_ broken: ServiceError, durableBytes: Int = 0) -> Action {
        if durableBytes > furthest {
            furthest = durableBytes
            attempts = 0
        }
        attempts += 1
        return attempts < maxAttempts ? .retry(.failure(broken), .keep) : .giveUp(.failed(.service(broken)), .keep)
    }

    /// Evaluates a download whose beginning differs from an earlier one.
    package mutating func evaluateChangedBody() -> Action {
        attempts += 1
        return attempts < maxAttempts ? .retry(.changed, .drop) : .giveUp(.failed(.changing), .drop)
    }
}
