/// Where a batch stands in this archive, apart from where it stands at the service.
package enum LocalState: String, Sendable, CaseIterable {
    /// Processing has not ended: there is nothing to fetch yet.
    case waiting
    /// Ended, and not tried yet.
    case new
    /// Tried, and not read completely; nothing is kept of it.
    case failing
    /// Tried, and cut off; the download goes on where it was.
    case partial
    /// The service lists it but does not give its results.
    case unavailable
    /// Read completely, but it does not prove what the batch promises; the data lies in `_quarantine`.
    case quarantined
    /// Proven and published.
    case archived
    /// Withdrawn before this archive saw it fetchable.
    case withdrawn
    /// Withdrawn after this archive had seen it fetchable.
    case lost

    /// Whether later runs have nothing to do with it.
    package var isSettled: Bool {
        switch self {
        case .archived, .withdrawn, .lost: true
        case .waiting, .new, .failing, .partial, .unavailable, .quarantined: false
        }
    }

    /// The states of batches that later runs still have to do with.
    package static let unsettled = allCases.filter { !$0.isSettled }
    package static let settled = allCases.filter(\.isSettled)
    /// The states that files in the archive tell of: a manifest, a journal, a reason beside quarantined data.
    package static let inFiles: [LocalState] = [.archived, .partial, .quarantined]
}
