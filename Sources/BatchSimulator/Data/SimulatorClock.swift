import FoundationEssentials
package import MessageBatches

/// The clock of the simulated service: its start, from which offsets in samples are counted, and the current time.
package struct SimulatorClock: Sendable {
    /// The time at which the simulator started.
    package let start: Timestamp
    /// The current time, at or after ``start``.
    package let now: @Sendable () -> Timestamp

    package init(start: Timestamp, now: @escaping @Sendable () -> Timestamp) {
        self.start = start
        self.now = now
    }

    /// The machine's clock.
    package static func system() -> SimulatorClock {
        starting(at: Timestamp(nanoseconds: Int128(Date().timeIntervalSince1970 * 1e6) * 1_000))
    }

    /// A clock that starts at the given time and then runs normally.
    package static func starting(at start: Timestamp) -> SimulatorClock {
        let origin = ContinuousClock.now
        return SimulatorClock(start: start) {
            let elapsed = (ContinuousClock.now - origin).components
            let nanoseconds = elapsed.seconds * 1_000_000_000 + elapsed.attoseconds / 1_000_000_000
            return Timestamp(nanoseconds: start.nanoseconds + Int128(nanoseconds))
        }
    }
}

extension Timestamp {
    /// The time as the API writes it, with six fraction digits and a numeric offset:
    /// `2025-01-29T14:25:40.914571+00:00`.
    package var wireText: String {
        text.dropLast() + "+00:00"
    }

    /// The time as in the `date` header: `Wed, 29 Jan 2025 14:25:40 GMT` (RFC 9110, 5.6.7).
    package var httpDate: String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let (year, month, _) = day.components
        let weekday = days[((day.daysSinceEpoch % 7) + 7) % 7]
        let text = self.text
        return
            "\(weekday), \(text.prefix(10).suffix(2)) \(months[month - 1]) \(year) \(text.dropFirst(11).prefix(8)) GMT"
    }
}
