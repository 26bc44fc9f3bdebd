import MessageBatches

/// Which of a batch's results are of which type, so that the counts of any number of lines follow from a formula.
///
/// In every thousand lines each type has its fixed share; a step of 617, coprime to 1,000, scatters them.
enum ResultMix {
    private static let period = 1_000
    /// Errored, expired and canceled results in every thousand; the rest succeeded.
    private static let shares: [(type: ResultType, count: Int)] = [(.errored, 30), (.expired, 8), (.canceled, 7)]

    /// The type of a line, from its index in the batch.
    static func type(ofLine index: Int) -> ResultType {
        var rank = (index % period * 617 + 23) % period
        for share in shares {
            if rank < share.count { return share.type }
            rank -= share.count
        }
        return .succeeded
    }

    /// The counts of a batch of so many lines.
    static func counts(ofLines lines: Int) -> RequestCounts {
        var byType: [String: Int] = [:]
        for share in shares { byType[share.type.name] = share.count * (lines / period) }
        byType[ResultType.succeeded.name] = (period - shares.reduce(0) { $0 + $1.count }) * (lines / period)
        for index in (lines / period * period)..<lines { byType[type(ofLine: index).name, default: 0] += 1 }
        return RequestCounts(byType: byType)
    }
}
