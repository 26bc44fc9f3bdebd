/// A time zone, as the offset of its clocks from UTC at each moment.
///
/// The archive uses UTC. Other zones are for the times that a user types and for the days, weeks, months and hours of
/// reports.
package struct CalendarZone: Sendable, Hashable {
    /// The name for people, for example `Europe/Berlin`.
    package let name: String
    private let offset: @Sendable (_ secondsSinceEpoch: Int64) -> Int64

    package static let utc = CalendarZone(name: "UTC") { _ in 0 }

    /// Creates a zone from its offsets.
    ///
    /// `offset` returns the seconds by which clocks are ahead of UTC (negative if they are slower) at a moment in whole seconds
    /// since the Unix epoch. Zones with the same name are equal, so a name must mean the same offsets.
    package init(name: String, offset: @escaping @Sendable (_ secondsSinceEpoch: Int64) -> Int64) {
        self.name = name
        self.offset = offset
    }

    package static func == (left: CalendarZone, right: CalendarZone) -> Bool {
        left.name == right.name
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
    }

    /// What the clocks of the zone show at a moment, as the UTC time with the same date and time of day.
    package func wallClock(at moment: Timestamp) -> Timestamp {
        moment.adding(seconds: offset(at: moment))
    }

    /// The day that contains a moment.
    package func day(of moment: Timestamp) -> CalendarDay {
        wallClock(at: moment).day
    }

    /// The moment at which the clocks of the zone show the date and time of day of `wallClock`.
    ///
    /// A time that the clocks show twice is the first of the two moments. A time that they skip counts from before the
    /// change, so 02:30 becomes 03:30.
    package func moment(ofWallClock wallClock: Timestamp) -> Timestamp {
        // Clocks change at most once in these two days.
        let before = offset(at: wallClock.adding(seconds: -86_400))
        let after = offset(at: wallClock.adding(seconds: 86_400))
        let first = wallClock.adding(seconds: -before)
        if before == after || offset(at: first) == before { return first }
        let second = wallClock.adding(seconds: -after)
        return offset(at: second) == after ? second : first
    }

    /// The first moment of a day, which is not always midnight.
    package func start(of day: CalendarDay) -> Timestamp {
        moment(ofWallClock: day.start)
    }

    private func offset(at moment: Timestamp) -> Int64 {
        offset(Int64(moment.nanoseconds.flooredQuotient(by: 1_000_000_000)))
    }
}
