/// Decides whether refused requests concern the key or single batches.
///
/// A gateway may refuse one batch only. So a refusal is the outcome of its batch and ends the run only if every batch so
/// far was refused.
package struct RefusalCount {
    /// The number of refusals without any answer after which a run sends no more requests.
    static let limit = 10

    /// Whether the server has accepted the key in this run; then a single refusal does not mean that the key is invalid.
    private let isKeyAccepted: Bool
    private var refusals = 0
    private var first: ServiceError?
    private var hasAnswer = false

    package init(isKeyAccepted: Bool) {
        self.isKeyAccepted = isKeyAccepted
    }

    /// Records the outcome of a batch.
    mutating func record(_ outcome: BatchOutcome) {
        switch outcome {
        case .failed(.service(let error)): record(error)
        case .archived, .quarantined, .removed, .unavailable, .failed(.lineTooLong), .failed(.changing):
            recordAnswer()
        case .alreadyArchived, .busy, .failed(.unsafeID), .failed(.unreadableIDs), .failed(.obstacle),
            .failed(.deadline), .failed(.unreadableFile):
            break
        }
    }

    /// Records an error; only a refusal counts, because after other errors nothing is known about the key.
    package mutating func record(_ error: ServiceError) {
        guard error.isRefusal else { return }
        refusals += 1
        first = first ?? error
    }

    /// Records that the server answered a request for a batch.
    package mutating func recordAnswer() {
        hasAnswer = true
    }

    /// The first refusal if the run must end because of it; nil while a batch was answered or too few were refused.
    package var refusedKey: ServiceError? {
        !hasAnswer && refusals >= Self.limit ? first : nil
    }

    /// The first refusal if all batches were refused and no more follow.
    package var refusedKeyAtEnd: ServiceError? {
        !hasAnswer && refusals >= (isKeyAccepted ? 2 : 1) ? first : nil
    }
}
