/// Decides when the next request may start; all callers share it.
///
/// A pure state machine whose times are durations since a fixed start. It is a token bucket with one token, because the
/// API may enforce 60 requests per minute as one per second (API reference, "Rate limits"). After a 429, all callers
/// wait and then continue at half the pace. Every success brings the pace closer to the configured one.
struct PacingPolicy: Sendable, Hashable {
    /// The configured time between two requests; zero means no limit.
    let configuredInterval: Duration
    /// The current time between two requests.
    private(set) var interval: Duration
    private var nextSlot = Duration.zero
    private var pausedUntil = Duration.zero
    /// The time of the last slowdown.
    ///
    /// A 429 to a request that started earlier belongs to the same event.
    private var slowedAt: Duration?
    /// The time of the first 429 since the last success; nil if there was none.
    private(set) var throttledSince: Duration?
    /// The number of slowdowns so far.
    private(set) var slowdowns = 0
    /// The start times of the latest requests, which give the actual pace if no limit is configured.
    private var recentStarts: [Duration] = []

    private static let recentCount = 16
    /// The upper limit of ``interval``.
    private static let longestInterval = Duration.seconds(30)
    /// Below this value, an interval counts as zero.
    private static let negligibleInterval = Duration.milliseconds(5)

    init(requestsPerMinute: Int? = nil) {
        configuredInterval = requestsPerMinute.map { .seconds(60) / $0 } ?? .zero
        interval = configuredInterval
    }

    /// Reserves the next free start time and returns it: `now` or later.
    mutating func reserve(at now: Duration) -> Duration {
        let slot = max(now, nextSlot, pausedUntil)
        nextSlot = slot + interval
        recentStarts.append(slot)
        if recentStarts.count > Self.recentCount { recentStarts.removeFirst() }
        return slot
    }

    /// Whether a request with a reserved start time may start at `now`; false if a 429 made all callers wait.
    func mayStart(at now: Duration) -> Bool {
        now >= pausedUntil
    }

    /// Records a 429 for a request that started at `startedAt`: all callers wait for `pause` from `now` on.
    mutating func recordRefusal(startedAt: Duration, now: Duration, pause: Duration) {
        throttledSince = throttledSince ?? now
        pausedUntil = max(pausedUntil, now + pause)
        nextSlot = max(nextSlot, pausedUntil)
        if let slowedAt, startedAt <= slowedAt { return }
        slowedAt = now
        slowdowns += 1
        interval = min(max(interval, observedInterval(until: now)) * 2, max(Self.longestInterval, configuredInterval))
    }

    /// Records a response other than 429: moves the pace by a tenth of the way to the configured one.
    mutating func recordSuccess() {
        throttledSince = nil
        guard interval > configuredInterval else { return }
        let shorter = configuredInterval + (interval - configuredInterval) * 9 / 10
        interval = shorter - configuredInterval < Self.negligibleInterval ? configuredInterval : shorter
    }

    /// Returns the mean time between the latest requests.
    private func observedInterval(until now: Duration) -> Duration {
        guard let first = recentStarts.first, now > first else { return .milliseconds(100) }
        return (now - first) / recentStarts.count
    }
}
