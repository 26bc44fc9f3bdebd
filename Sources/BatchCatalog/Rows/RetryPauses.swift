package import MessageBatches

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
