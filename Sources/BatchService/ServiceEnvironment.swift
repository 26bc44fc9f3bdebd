import FoundationEssentials
package import BatchPipeline
package import MessageBatches

/// The clock, the time of day, the random numbers and the retry callback of a client; tests replace them.
package struct ServiceEnvironment: Sendable {
    /// The clock for pauses and timeouts.
    package var clock: any Clock<Duration>
    /// Returns the time of day, for servers that do not send it.
    package var now: @Sendable () -> Timestamp
    /// Returns a number from 0 up to 1, for jitter.
    package var random: @Sendable () -> Double
    /// Called before a call is retried, for logs.
    package var onRetry: @Sendable (RetryNotice) -> Void

    package init(
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = {
            Timestamp(systemTime: Date().timeIntervalSince1970)
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

/// A failed call that will be retried.
package struct RetryNotice: Sendable, Hashable {
    /// As in ``ServiceError/operation``.
    package var operation: String
    package var reason: RetryPolicy.Reason
    package var pause: Duration
    /// The number of requests made so far.
    package var tries: Int
    package var requestID: String?
}
