/// Decides when the next request may start, for all callers together.
///
/// A pure state machine over moments given as durations since any fixed start. Requests take slots one interval apart: a
/// token bucket that holds one token, since the service may enforce 60 a minute as one a second (API reference, "Rate
/// limits"). After a 429 everybody waits, then goes on at half the pace, which recovers with every success.
struct PaceKeeper: Sendable, Hashable {
    /// The time between two requests that the user asked for; zero for no limit.
    let configuredInterval: Duration
    /// The time between two requests now.
    private(set) var interval: Duration
    private var nextSlot = Duration.zero
    private var pausedUntil = Duration.zero
    /// When the last slowdown was decided: refusals of requests started before belong to the same event.
    private var slowedAt: Duration?
    /// Start times of the latest requests, to know the pace that was too fast where no limit was set.
    private var recentStarts: [Duration] = []

    private static let recentCount = 16
    /// Slower than this never, however often the service refuses.
    private static let longestInterval = Duration.seconds(30)
    /// A pace found faster than this is as good as none.
    private static let negligibleInterval = Duration.milliseconds(5)

    init(requestsPerMinute: Int? = nil) {
        configuredInterval = requestsPerMinute.map { .seconds(60) / $0 } ?? .zero
        interval = configuredInterval
    }

    /// Takes the next free slot and returns its moment, which is `now` or later.
    mutating func reserve(at now: Duration) -> Duration {
        let slot = max(now, nextSlot, pausedUntil)
        nextSlot = slot + interval
        recentStarts.append(slot)
        if recentStarts.count > Self.recentCount { recentStarts.removeFirst() }
        return slot
    }

    /// Whether a slot reserved earlier may be used at `now`: not if everybody was asked to wait meanwhile.
    func mayStart(at now: Duration) -> Bool {
        now >= pausedUntil
    }

    /// Notes a 429 to a request that started at `startedAt`: everybody waits for `pause` from `now` on.
    mutating func refused(startedAt: Duration, now: Duration, pause: Duration) {
        pausedUntil = max(pausedUntil, now + pause)
        nextSlot = max(nextSlot, pausedUntil)
        if let slowedAt, startedAt <= slowedAt { return }
        slowedAt = now
        interval = min(max(interval, observedInterval(until: now)) * 2, max(Self.longestInterval, configuredInterval))
    }

    /// Notes an answer that was no refusal: a tenth of the way back to the configured pace.
    mutating func answered() {
        guard interval > configuredInterval else { return }
        let shorter = configuredInterval + (interval - configuredInterval) * 9 / 10
        interval = shorter - configuredInterval < Self.negligibleInterval ? configuredInterval : shorter
    }

    /// The mean time between the latest requests.
    private func observedInterval(until now: Duration) -> Duration {
        guard let first = recentStarts.first, now > first else { return .milliseconds(100) }
        return (now - first) / recentStarts.count
    }
}
