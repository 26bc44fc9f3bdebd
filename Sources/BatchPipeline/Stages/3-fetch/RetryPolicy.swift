package import MessageBatches

/// Decides for one call to the service whether to accept an answer, to retry or to fail.
///
/// It is a state machine without clock and randomness, so that tests can check every rule as a table. The rules are
/// those of the official SDKs (API reference, "Errors" and "Rate limits") with three differences. A 429 does not count
/// as an attempt. A spend limit fails at once. A 404 for results is retried although the server marks it as final: the
/// API also returns 404 in the first seconds after a batch ends.
package struct RetryPolicy: Sendable {
    /// The kind of a request; only a 404 for results can be temporary.
    package enum Operation: Sendable, Hashable {
        case list
        case retrieve
        case results
    }

    /// The result of one try.
    package enum Outcome: Sendable, Hashable {
        case answer(RetryFacts)
        /// No complete answer arrived.
        case fault(ServiceError.TransportFault, detail: String)
    }

    /// The next step of a call.
    package enum Decision: Sendable, Hashable {
        case accept
        case retry(after: Duration, reason: Reason)
        case fail(ServiceError.Code)
    }

    /// The reason why a call is retried.
    package enum Reason: Sendable, Hashable {
        case status(Int)
        /// 429: all callers pause together.
        case throttled
        /// 404 for results that are not available yet.
        case notReady
        case transport(ServiceError.TransportFault)
        /// 401, after which the key was replaced; the policy never returns it.
        case keyRenewed
    }

    /// The limits after which a call fails.
    package struct Limits: Sendable, Hashable {
        /// The number of tries that may end in an error status or a broken connection.
        package var attempts: Int
        /// The longest time in which 429 answers are waited out; they do not count as attempts.
        package var throttledTime: Duration
        /// The number of times a 404 for results is retried.
        package var notFound: Int
        /// The longest pause to accept from the server; if the server asks for more, the call fails.
        package var longestPause: Duration

        package init(
            attempts: Int = 5,
            throttledTime: Duration = .seconds(600),
            notFound: Int = 3,
            longestPause: Duration = .seconds(600)
        ) {
            self.attempts = attempts
            self.throttledTime = throttledTime
            self.notFound = notFound
            self.longestPause = longestPause
        }
    }

    package let operation: Operation
    package let limits: Limits
    private var failures = 0
    private var throttles = 0
    private var notFound = 0
    /// The pause because of which the call failed: it was too long, or the time for 429 answers was used up.
    package private(set) var refusedPause: Duration?

    package init(_ operation: Operation, limits: Limits = Limits()) {
        self.operation = operation
        self.limits = limits
    }

    /// The number of requests so far, for the error.
    package var tries: Int {
        failures + throttles + notFound
    }

    /// Evaluates the outcome of a try and returns the next step.
    ///
    /// `jitter` is a random number from 0 up to 1. It shortens pauses by up to a quarter, but not those the server asks
    /// for. `throttledFor` is the time since the first 429, for an answer with this status.
    package mutating func decide(
        _ outcome: Outcome,
        jitter: Double,
        throttledFor: Duration = .zero
    ) -> Decision {
        switch outcome {
        case .answer(let facts):
            answered(facts, jitter: jitter, throttledFor: throttledFor)
        case .fault(let fault, let detail):
            broken(fault, detail: detail, jitter: jitter)
        }
    }
}

extension RetryPolicy {
    private mutating func answered(_ facts: RetryFacts, jitter: Double, throttledFor: Duration) -> Decision {
        if facts.status == 200 { return .accept }
        let isMissingResults = operation == .results && facts.status == 404
        switch facts.status {
        case 429: throttles += 1
        case 404 where isMissingResults: notFound += 1
        default: failures += 1
        }
        if let spendLimit = facts.spendLimit { return .fail(spendLimit) }
        guard isMissingResults || facts.shouldRetry ?? Self.isTransient(facts.status) else {
            return .fail(.status(facts.status))
        }
        let (reason, isLeft, ownPause): (Reason, Bool, Duration) =
            switch facts.status {
            case 429:
                (.throttled, true, Self.backOff(throttles, first: 0.5, jitter: jitter))
            case 404 where isMissingResults:
                (.notReady, notFound <= limits.notFound, Self.backOff(notFound, first: 1, jitter: jitter))
            default:
                (.status(facts.status), failures < limits.attempts, Self.backOff(failures, first: 0.5, jitter: jitter))
            }
        let pause = facts.serverPause ?? ownPause
        guard isLeft else { return .fail(.status(facts.status)) }
        guard pause <= limits.longestPause, reason != .throttled || throttledFor + pause <= limits.throttledTime else {
            refusedPause = pause
            return .fail(.status(facts.status))
        }
        return .retry(after: pause, reason: reason)
    }

    private mutating func broken(
        _ fault: ServiceError.TransportFault,
        detail: String,
        jitter: Double
    ) -> Decision {
        failures += 1
        guard !fault.isFinal, failures < limits.attempts else {
            return .fail(.transport(fault, detail: detail))
        }
        return .retry(after: Self.backOff(failures, first: 0.5, jitter: jitter), reason: .transport(fault))
    }

    /// Returns whether the SDKs retry a status: timeout, conflict, rate limit, and all server errors including 529.
    private static func isTransient(_ status: Int) -> Bool {
        status == 408 || status == 409 || status == 429 || (500...599).contains(status)
    }

    /// Returns a pause of `first` seconds, doubled each time up to 8 seconds, minus up to a quarter.
    private static func backOff(_ count: Int, first: Double, jitter: Double) -> Duration {
        var seconds = first
        for _ in 1..<max(count, 1) where seconds < 8 { seconds *= 2 }
        return .seconds(min(seconds, 8) * (1 - 0.25 * (jitter.isFinite ? min(max(jitter, 0), 1) : 0)))
    }
}

/// The facts about an answer that a retry decision depends on.
package struct RetryFacts: Sendable, Hashable {
    /// The value of a `retry-after` header: a number of seconds or a time.
    package enum RetryAfter: Sendable, Hashable {
        case seconds(Double)
        case date(Timestamp)
    }

    package var status: Int
    /// The `retry-after` header.
    ///
    /// The API also sends it with a 200 while a batch is in progress. Only ``PollSchedule`` uses it there.
    package var retryAfter: RetryAfter?
    /// The `retry-after-ms` header, which has priority over `retry-after`.
    package var retryAfterMilliseconds: Double?
    /// The `x-should-retry` header.
    package var shouldRetry: Bool?
    /// The `error.details.error_code` of the error body.
    package var errorCode: String?
    /// The server's time, or the time of this machine if the server sent no `date`.
    package var now: Timestamp

    package init(
        status: Int,
        retryAfter: RetryAfter? = nil,
        retryAfterMilliseconds: Double? = nil,
        shouldRetry: Bool? = nil,
        errorCode: String? = nil,
        now: Timestamp
    ) {
        self.status = status
        self.retryAfter = retryAfter
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.shouldRetry = shouldRetry
        self.errorCode = errorCode
        self.now = now
    }

    /// The pause that the server asks for; nil if it is not a positive, finite number.
    package var serverPause: Duration? {
        let asked: Double? =
            switch retryAfter {
            case .seconds(let seconds): seconds
            case .date(let moment): moment.seconds(since: now)
            case nil: nil
            }
        for seconds in [retryAfterMilliseconds.map { $0 / 1_000 }, asked] {
            // The upper bound prevents an overflow in Duration. It is far above any accepted pause.
            if let seconds, seconds.isFinite, seconds > 0 { return .seconds(min(seconds, 1e12)) }
        }
        return nil
    }

    /// The error code if a spend limit caused the 429; nil for a rate limit.
    ///
    /// The API reference names two codes. An organization's monthly limit ends at 00:00 UTC on the first day of the
    /// next month. For the limit of a contract no end is documented.
    var spendLimit: ServiceError.Code? {
        guard status == 429 else { return nil }
        return switch errorCode {
        case "enforced_spend_limit_reached": .spendLimit(until: now.startOfNextMonth)
        case "contract_spend_limit_reached": .spendLimit(until: nil)
        default: nil
        }
    }
}

extension Timestamp {
    /// 00:00 UTC on the first day of the next month.
    fileprivate var startOfNextMonth: Timestamp? {
        let (year, month, _) = day.components
        return CalendarDay(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)?.start
    }
}
