/// Decides after each complete read of a body what to do with it: a pure state machine over one batch.
///
/// A body that looks cut is read again until two reads in a row are equal or the attempts are used up; one that contradicts
/// its batch is read again once. Reading again always starts with fetching the batch object again.
package struct ReadPlan: Sendable {
    /// What to do next.
    package enum Action: Sendable, Hashable {
        case publish
        case readAgain
        case quarantine([GateFault])
    }

    private let maxReads: Int
    private var reads = 0
    private var contradictions = 0
    private var lastDigest: String?

    /// `maxReads` counts complete reads, at least 1.
    package init(maxReads: Int) {
        self.maxReads = maxReads
    }

    /// Takes in a complete read: the verdict on it and the digest of its bytes as received.
    package mutating func take(_ verdict: CompletenessGate.Verdict, digest: String) -> Action {
        reads += 1
        defer { lastDigest = digest }
        switch verdict {
        case .complete:
            return .publish
        case .cut(let faults):
            return digest == lastDigest || reads >= maxReads ? .quarantine(faults) : .readAgain
        case .contradiction(let faults):
            contradictions += 1
            return contradictions > 1 || reads >= maxReads ? .quarantine(faults) : .readAgain
        }
    }
}
