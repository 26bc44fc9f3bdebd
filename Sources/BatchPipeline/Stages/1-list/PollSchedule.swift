/// Decides when to ask the API again whether it has finished processing a batch.
///
/// A pure state machine: the pauses are 60 seconds at first and grow to 10 minutes. A longer pause that the server asks
/// for counts instead. The last poll is at the end of the time.
package struct PollSchedule: Sendable, Hashable {
    private static let longest = Duration.seconds(600)

    private let limit: Duration
    private var interval = Duration.seconds(60)

    /// Creates a schedule for a wait of up to `limit`.
    package init(limit: Duration) {
        self.limit = limit
    }

    /// Returns the pause before the next poll; nil if there is no time for another one.
    ///
    /// `elapsed` is the time since the start of the wait, and `asked` the pause that the last answer asked for.
    package mutating func pause(elapsed: Duration, asked: Duration? = nil) -> Duration? {
        let remaining = limit - elapsed
        guard remaining > .zero, asked ?? .zero <= remaining else { return nil }
        let pause = max(interval, asked ?? .zero)
        interval = min(interval * 3 / 2, Self.longest)
        return min(pause, remaining)
    }
}
