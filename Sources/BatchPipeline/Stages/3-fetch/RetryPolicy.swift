package import MessageBatches

/// Decides, for one call to the service, whether an answer is taken, asked for again or given up.
///
/// A pure state machine: it has no clock and no randomness, so that every rule can be tested as a table. The rules are
/// those of the official SDKs (API reference, "Errors" and "Rate limits") with three differences: a 429 uses up no
/// attempt, a spend limit fails at once, and a 404 for results is asked again although the server marks it as final,
/// because it also answers 404 within seconds of the end of a batch.
package struct RetryPolicy: Sendable {
    /// What is asked for: only results have a 404 that may heal.
    package enum Operation: Sendable, Hashable {
        case list
        case retrieve
        case results
    }

    /// What one try brought.
    package enum Outcome: Sendable, Hashable {
        case answer(RetryFacts)
        /// No whole answer came.
        case fault(ServiceError.TransportFault, detail: String)
    }

    /// What to do next.
    package enum Decision: Sendable, Hashable {
        case accept
        case retry(after: Duration, reason: Reason)
        case fail(ServiceError.Code)
    }

    /// Why a call is repeated.
    package enum Reason: Sendable, Hashable {
        case status(Int)
        /// 429: all callers wait together.
        case throttled
        /// Results that are not there yet.
        case notReady
        case transport(ServiceError.TransportFault)
    }

    /// How long a plan goes on.
    package struct Limits: Sendable, Hashable {
        /// Tries in all that end in an error status or a broken connection.
        package var attempts: Int
        /// How often a 429 is waited out; it uses up no attempt, but must not loop for ever.
        package var throttles: Int
        /// How often a 404 for results is asked again.
        package var notFound: Int
        /// A server that wants a longer pause than this is given up, not asked early.
        package var longestPause: Duration

        package init(
            attempts: Int = 5,
            throttles: Int = 100,
            notFound: Int = 3,
            longestPause: Duration = .seconds(3_600)
        ) {
            self.attempts = attempts
            self.throttles = throttles
            self.notFound = notFound
            self.longestPause = longestPause
        }
    }

    package let operation: Operation
    package let limits: Limits
    private var failures = 0
    private var throttles = 0
    private var notFound = 0

    package init(_ operation: Operation, limits: Limits = Limits()) {
        self.operation = operation
        self.limits = limits
    }

    /// The requests made so far, as a failure reports them.
    package var tries: Int {
        failures + throttles + notFound
    }

    /// Takes the outcome of the next try and says what to do.
    ///
    /// `jitter` is a random number from 0 up to 1, which takes up to a quarter off a pause of our own.
    package mutating func decide(_ outcome: Outcome, jitter: Double) -> Decision {
        switch outcome {
        case .answer(let facts):
            answered(facts, jitter: jitter)
        case .fault(let fault, let detail):
            broken(fault, detail: detail, jitter: jitter)
        }
    }
}

extension RetryPolicy {
    private mutating func answered(_ facts: RetryFacts, jitter: Double) -> Decision {
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
                (.throttled, throttles < limits.throttles, Self.backOff(throttles, first: 0.5, jitter: jitter))
            case 404 where isMissingResults:
                (.notReady, notFound <= limits.notFound, Self.backOff(notFound, first: 1, jitter: jitter))
            default:
                (.status(facts.status), failures < limits.attempts, Self.backOff(failures, first: 0.5, jitter: jitter))
            }
        let pause = facts.serverPause ?? ownPause
        guard isLeft, pause <= limits.longestPause else { return .fail(.status(facts.status)) }
        return .retry(after: pause, reason: reason)
    }

    private mutating func broken(
        _ fault: ServiceError.TransportFault,
        detail: String,
        jitter: Double
    ) -> Decision {
        failures += 1
        // A certificate that is refused now is refused in a second, too.
        guard fault != .tls, failures < limits.attempts else { return .fail(.transport(fault, detail: detail)) }
        return .retry(after: Self.backOff(failures, first: 0.5, jitter: jitter), reason: .transport(fault))
    }

    /// The statuses the SDKs repeat: timeout, conflict, rate limit, and every server error, 529 included.
    private static func isTransient(_ status: Int) -> Bool {
        status == 408 || status == 409 || status == 429 || (500...599).contains(status)
    }

    /// `first` seconds, doubled each time, at most 8 s, less up to a quarter.
    private static func backOff(_ count: Int, first: Double, jitter: Double) -> Duration {
        var seconds = first
        for _ in 1..<max(count, 1) where seconds < 8 { seconds *= 2 }
        return .seconds(min(seconds, 8) * (1 - 0.25 * min(max(jitter, 0), 1)))
    }
}

/// What a plan needs to know of an answer.
package struct RetryFacts: Sendable, Hashable {
    /// A `retry-after` header: a number of seconds or a moment.
    package enum RetryAfter: Sendable, Hashable {
        case seconds(Double)
        case date(Timestamp)
    }

    package var status: Int
    /// `retry-after`, which also comes with a 200 while a batch is in progress, and then means nothing here.
    package var retryAfter: RetryAfter?
    /// `retry-after-ms`, which wins over `retry-after`.
    package var retryAfterMilliseconds: Double?
    /// `x-should-retry`.
    package var shouldRetry: Bool?
    /// `error.details.error_code` of the error body.
    package var errorCode: String?
    /// The server's clock, or ours if it sent no `date`.
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

    /// The pause the server asks for, if it is a positive one.
    var serverPause: Duration? {
        let asked: Double? =
            switch retryAfter {
            case .seconds(let seconds): seconds
            case .date(let moment): moment.seconds(since: now)
            case nil: nil
            }
        for seconds in [retryAfterMilliseconds.map { $0 / 1_000 }, asked] {
            // The upper bound keeps the conversion to Duration defined; the plan gives up long before.
            if let seconds, seconds > 0 { return .seconds(min(seconds, 1e9)) }
        }
        return nil
    }

    /// The failure where money ran out, not pace.
    ///
    /// The API reference names two codes. An organisation's monthly limit ends at 00:00 UTC on the first of the next
    /// month; for the limit of a contract no end is documented.
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
    /// 00:00 UTC on the first day of the month after this moment.
    fileprivate var startOfNextMonth: Timestamp? {
        let (year, month, _) = day.components
        return CalendarDay(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)?.start
    }
}
