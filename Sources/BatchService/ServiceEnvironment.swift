import FoundationEssentials
package import BatchPipeline
package import MessageBatches

/// What a client takes from the world around it; tests replace it.
package struct ServiceEnvironment: Sendable {
    /// Measures pauses and silences.
    package var clock: any Clock<Duration>
    /// The time of day, for servers that do not send theirs.
    package var now: @Sendable () -> Timestamp
    /// A number from 0 up to 1, for jitter.
    package var random: @Sendable () -> Double
    /// Called before a call is repeated, for logs.
    package var onRetry: @Sendable (RetryNotice) -> Void

    package init(
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = {
            Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9))
        },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        onRetry: @escaping @Sendable (RetryNotice) -> Void = { _ in }
    ) {
        self.clock = clock
        self.now = now
        self.random = random
        self.onRetry = onRetry
    }
}

/// A call that did not succeed and is about to be repeated.
package struct RetryNotice: Sendable, Hashable {
    /// As in ``ServiceError/operation``.
    package var operation: String
    package var reason: RetryPolicy.Reason
    package var pause: Duration
    /// The requests made so far.
    package var tries: Int
    package var requestID: String?
}
