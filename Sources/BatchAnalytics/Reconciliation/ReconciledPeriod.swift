package import MessageBatches

/// The time for which values are compared: a UTC day of the window, or the whole window.
package struct ReconciledPeriod: Sendable, Hashable {
    /// The day; nil for the whole window.
    package let day: CalendarDay?
    /// The start, which is part of the period.
    package let start: Timestamp
    /// The end, which is not part of the period.
    package let end: Timestamp

    /// The window itself.
    package init(since: Timestamp, until: Timestamp) {
        day = nil
        start = since
        end = until
    }

    /// The part of a day that is in the window.
    private init(_ day: CalendarDay, of window: ReconciledPeriod) {
        self.day = day
        start = max(day.start, window.start)
        end = min(CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 1).start, window.end)
    }

    /// The days of this window that a time from `first` up to and including `last` touches.
    func days(from first: Timestamp, to last: Timestamp) -> [ReconciledPeriod] {
        guard touches(from: first, to: last) else { return [] }
        // The last moment of the window is before its end.
        let latest = min(last, Timestamp(nanoseconds: end.nanoseconds - 1))
        return (max(first, start).day.daysSinceEpoch...latest.day.daysSinceEpoch)
            .map { ReconciledPeriod(CalendarDay(daysSinceEpoch: $0), of: self) }
    }

    /// Whether this is a whole day, or a window of whole days, in UTC.
    var isOfWholeDays: Bool {
        start == start.day.start && end == end.day.start
    }

    /// Whether a time from `first` to `last` touches the period.
    func touches(from first: Timestamp, to last: Timestamp) -> Bool {
        first < end && last >= start
    }

    /// Whether all of a time from `first` to `last` is in the period.
    func contains(from first: Timestamp, to last: Timestamp) -> Bool {
        first >= start && last < end
    }
}

extension MessageBatch {
    /// The time within which every request of the batch was processed: from its creation to its end.
    ///
    /// A batch without an end counts up to its expiry.
    var processingTime: (start: Timestamp, end: Timestamp) {
        let end = endedAt ?? expiresAt ?? createdAt.adding(seconds: 86_400)
        return (createdAt, max(createdAt, end))
    }
}
