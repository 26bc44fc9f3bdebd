package import MessageBatches

/// A window over `created_at`: closed start, open end, in integer nanoseconds.
package struct BatchWindow: Sendable, Hashable {
    /// The first moment inside, or nil for "from the beginning".
    package var since: Timestamp?
    /// The first moment outside, or nil for "without end".
    package var until: Timestamp?

    package init(since: Timestamp? = nil, until: Timestamp? = nil) {
        self.since = since
        self.until = until
    }

    /// Whether a moment lies inside.
    package func contains(_ moment: Timestamp) -> Bool {
        !isBefore(moment) && until.map { moment < $0 } ?? true
    }

    /// Whether a moment lies before the window: in a listing, newest first, nothing behind it can be inside.
    package func isBefore(_ moment: Timestamp) -> Bool {
        since.map { moment < $0 } ?? false
    }
}
