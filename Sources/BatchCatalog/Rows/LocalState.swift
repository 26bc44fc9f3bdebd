/// The state of a batch in this archive, as opposed to its processing status at the API.
package enum LocalState: String, Sendable, CaseIterable {
    /// The API has not finished processing it, so it has no results yet.
    case pending
    /// Processing has ended; no run has tried to archive it yet.
    case new
    /// A run tried it and failed; none of its data is kept.
    case failed
    /// Partly downloaded; the next run resumes it.
    case partial
    /// The API lists it, but returns no results at the moment.
    case unavailable
    /// Downloaded completely, but the results contradict the API's counts; the data is in `_quarantine`.
    case quarantined
    /// Proven and in the archive.
    case archived
    /// The API removed the results before this archive saw them available.
    case removed
    /// The API removed the results after this archive had seen them available.
    case lost

    /// Whether the state is final, so that later runs skip the batch.
    package var isFinal: Bool {
        switch self {
        case .archived, .removed, .lost: true
        case .pending, .new, .failed, .partial, .unavailable, .quarantined: false
        }
    }

    /// The states that are not final.
    package static let nonFinalStates = allCases.filter { !$0.isFinal }
    package static let finalStates = allCases.filter(\.isFinal)
    /// The states that files in the archive record: in a manifest, in a journal, or in the reason next to quarantined
    /// data.
    package static let inFiles: [LocalState] = [.archived, .partial, .quarantined]
}
