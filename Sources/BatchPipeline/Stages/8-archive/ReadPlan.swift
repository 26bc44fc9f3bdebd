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
    /// Reads since one got further than those before, complete or broken.
    package private(set) var attempts = 0
    private var contradictions = 0
    private var lastDigest: String?
    /// The bytes that broken reads left to go on behind, at most.
    private var furthest = 0

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

    /// Takes in a read whose body broke off before its end, and how many bytes of it a next read can go on behind: whether
    /// there is to be one.
    ///
    /// A read that got further than all before begins the count anew, so that a large body comes through a line that breaks
    /// often.
    package mutating func takeBroken(reaching bytes: Int = 0) -> Bool {
        if bytes > furthest {
            furthest = bytes
            attempts = 0
        }
        attempts += 1
        return attempts < maxAttempts
    }
}
