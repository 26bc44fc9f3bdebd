package import MessageBatches

/// Decides page by page where to go on: a pure state machine, the caller fetches.
///
/// Downwards (older, `after_id`) it stops at the first batch older than the window, as the listing is newest first.
/// Upwards (newer, `before_id`) it stops at the first batch newer than the window. Batches created during a downward walk
/// appear before the first page and do not disturb it.
package struct PageWalker: Sendable {
    /// Which way pages are asked for, as the official SDKs do: upwards only where `before_id` was given.
    package enum Direction: Sendable, Hashable {
        case older
        case newer
    }

    private let direction: Direction
    private let window: BatchWindow
    private let pageSize: Int
    private var cursor: String?
    /// Every id seen, so that a server whose cursor runs in a circle is noticed and no batch is taken twice.
    private var seen = Set<String>()
    /// The ids of the last page in the direction of the walk: where to go on from if the cursor's batch is deleted.
    private var trail: [String] = []
    private var stepsBack = 0

    /// How often a walk steps back behind a cursor that is gone: batches are deleted by hand, a few at a time.
    private static let maxStepsBack = 20

    /// Batches seen so far, inside the window or not.
    package var listed: Int { seen.count }

    /// Starts at a cursor of the API, or at the newest batch.
    package init(window: BatchWindow, pageSize: Int, direction: Direction = .older, startingAt cursor: String? = nil) {
        self.window = window
        self.pageSize = pageSize
        self.direction = direction
        self.cursor = cursor
    }

    /// The page to ask for next.
    package var query: PageQuery {
        switch direction {
        case .older: PageQuery(afterID: cursor, limit: pageSize)
        case .newer: PageQuery(beforeID: cursor, limit: pageSize)
        }
    }

    /// What a page leads to.
    package struct Step: Sendable {
        /// The batches of the page that lie in the window and were not seen before, in the order of the page.
        package var batches: [MessageBatch]
        /// Whether the walk goes on with the walker's new ``PageWalker/query``.
        package var goesOn: Bool
    }

    /// A cursor that leads nowhere new: the server repeats itself.
    package struct Stuck: Error, Sendable, Hashable {
        package let cursor: String
    }

    /// Takes in the page that ``query`` asked for.
    package mutating func take(_ page: BatchPage) throws(Stuck) -> Step {
        let new = page.batches.filter { seen.insert($0.id).inserted }
        let inside = new.filter { window.contains($0.createdAt) }
        let leaves =
            switch direction {
            case .older: new.contains { window.isBefore($0.createdAt) }
            case .newer: new.contains { !window.isBefore($0.createdAt) && !window.contains($0.createdAt) }
            }
        let next = direction == .older ? page.lastID : page.firstID
        guard !leaves, page.hasMore ?? !page.batches.isEmpty else { return Step(batches: inside, goesOn: false) }
        // "More follows" without a cursor, with one that stands still, or with nothing new on the page: to stop here quietly
        // would lose batches, to go on would not end.
        guard let next, next != cursor, !new.isEmpty else { throw Stuck(cursor: next ?? cursor ?? "") }
        cursor = next
        let ids = page.batches.map(\.id)
        trail = direction == .older ? ids : ids.reversed()
        return Step(batches: inside, goesOn: true)
    }

    /// Takes in that the service does not know the cursor: its batch was deleted during the walk.
    ///
    /// The batch listed before it leads to the same place. False if there is none left to go back to.
    package mutating func stepBack() -> Bool {
        guard let cursor, let position = trail.lastIndex(of: cursor), position > 0, stepsBack < Self.maxStepsBack else {
            return false
        }
        stepsBack += 1
        self.cursor = trail[position - 1]
        return true
    }
}

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
