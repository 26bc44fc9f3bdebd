import MessageBatches

/// Decides after each read of a body what to do next: a pure state machine over one batch.
///
/// A body that looks cut is read again until two complete reads are equal or the attempts are used up; one that contradicts
/// its batch is read again once; one that breaks off is asked for again. Reading again always starts with fetching the
/// batch object again.
package struct ReadPlan: Sendable {
    /// What to do next.
    package enum Action: Sendable, Hashable {
        case publish
        case readAgain
        case quarantine([GateFault])
    }

    private let maxAttempts: Int
    /// Reads so far, complete or broken.
    package private(set) var attempts = 0
    private var contradictions = 0
    private var lastDigest: String?

    /// `maxAttempts` counts reads of all kinds, at least 1.
    package init(maxAttempts: Int) {
        self.maxAttempts = maxAttempts
    }

    /// Takes in a complete read: the verdict on it and the digest of its bytes as received.
    package mutating func take(_ verdict: CompletenessGate.Verdict, digest: String) -> Action {
        attempts += 1
        defer { lastDigest = digest }
        switch verdict {
        case .complete:
            return .publish
        case .cut(let faults):
            return digest == lastDigest || attempts >= maxAttempts ? .quarantine(faults) : .readAgain
        case .contradiction(let faults):
            contradictions += 1
            return contradictions > 1 || attempts >= maxAttempts ? .quarantine(faults) : .readAgain
        }
    }

    /// Takes in a read whose body broke off before its end: whether it is to be read again.
    package mutating func takeBroken() -> Bool {
        attempts += 1
        return attempts < maxAttempts
    }
}
