package import MessageBatches

/// A state machine that decides which page of the listing to request next; the caller sends the requests.
///
/// The API lists newest first, so a walk to older batches (`after_id`) stops when a page ends with batches older than
/// the window. It takes two of them, because a single one may have a wrong date. If any page is in another order, the
/// walk reads the listing to its end (``isOrdered``). A walk to newer batches (`before_id`) stops at the first batch newer
/// than the window. Batches created during a walk to older ones appear before its first page and do not affect it.
package struct PageWalker: Sendable {
    /// The direction of paging, as in the official SDKs: to newer batches only if `before_id` is given.
    package enum Direction: Sendable, Hashable {
        case older
        case newer
    }

    private let direction: Direction
    private let window: BatchWindow
    /// The size of the pages, which the walk reduces if the server limits it.
    package private(set) var pageSize: PageSize
    private var cursor: String?
    /// The IDs of the batches in the window, to return each batch once.
    private var inside = Set<String>()
    /// The IDs of the malformed batches that may be in the window, to return each once.
    private var malformed = Set<String>()
    /// The IDs of the last page in the direction of the walk, to continue from if the cursor's batch is deleted.
    private var trail: [String] = []
    private var stepsBack = 0
    /// The cursors used so far, to detect a server that repeats them.
    private var cursors = Set<String>()
    /// The creation time of the last batch of a walk to older batches.
    private var lastCreated: Timestamp?
    /// The number of batches before the window since the last other batch.
    private var trailingBefore = 0

    /// Whether every page of a walk to older batches was newest first.
    package private(set) var isOrdered = true

    /// The limit for replacing a deleted cursor; people delete a few batches at a time.
    private static let maxStepsBack = 20

    /// The number of batches seen so far, inside and outside the window.
    ///
    /// A batch outside the window leaves nothing but this count, so a long listing needs no more memory than its window.
    package private(set) var listed = 0
    /// The creation times of the oldest and the newest of these batches.
    package private(set) var created: ClosedRange<Timestamp>?

    /// The number of batches in the window so far.
    package var inWindow: Int { inside.count }

    /// Creates a walker that starts at a cursor of the API, or at the newest batch.
    package init(window: BatchWindow, pageSize: Int, direction: Direction = .older, startingAt cursor: String? = nil) {
        self.window = window
        self.pageSize = PageSize(pageSize)
        self.direction = direction
        self.cursor = cursor
    }

    /// The page to request next.
    package var query: PageQuery {
        switch direction {
        case .older: PageQuery(afterID: cursor, limit: pageSize.current)
        case .newer: PageQuery(beforeID: cursor, limit: pageSize.current)
        }
    }

    /// The result of one page.
    package struct Step: Sendable {
        /// The batches of the page that are in the window and were not seen before, in the order of the page.
        package var batches: [MessageBatch]
        /// The malformed batches of the page that are in the window, or whose creation time could not be read.
        package var malformed: [MalformedBatch]
        /// Whether to request the page of the new ``PageWalker/query``.
        package var continues: Bool
    }

    /// A cursor that does not advance, because the server repeats itself.
    package struct Stuck: Error, Sendable, Hashable {
        package let cursor: String
    }

    /// Evaluates the page that ``query`` requested, and returns its batches and whether to continue.
    package mutating func evaluate(_ page: BatchPage) throws(Stuck) -> Step {
        var others = Set(trail)
        let new = page.batches.filter { batch in
            window.contains(batch.createdAt) ? inside.insert(batch.id).inserted : others.insert(batch.id).inserted
        }
        let malformed = page.malformed.filter { batch in
            guard let id = batch.id else { return true }
            let isOutside = batch.createdAt.map { !window.contains($0) } ?? false
            return isOutside ? others.insert(id).inserted : self.malformed.insert(id).inserted
        }
        listed += new.count + malformed.count
        for time in new.map(\.createdAt) + malformed.compactMap(\.createdAt) {
            let known = created ?? time...time
            created = min(known.lowerBound, time)...max(known.upperBound, time)
        }
        var step = Step(
            batches: new.filter { window.contains($0.createdAt) },
            malformed: malformed.filter { $0.createdAt.map(window.contains) ?? true },
            continues: false
        )
        let leaves =
            switch direction {
            case .older: isPastWindow(after: new)
            case .newer: new.contains { !window.isBefore($0.createdAt) && !window.contains($0.createdAt) }
            }
        let next = direction == .older ? page.lastID : page.firstID
        guard !leaves, page.hasMore ?? !page.batches.isEmpty else { return step }
        // The server reports more batches, but there is no new cursor or no new batch. Stopping here without an error
        // would lose batches, and continuing would never end.
        guard let next, next != cursor, cursors.insert(next).inserted, !new.isEmpty || !page.malformed.isEmpty else {
            throw Stuck(cursor: next ?? cursor ?? "")
        }
        cursor = next
        let ids = page.batches.map(\.id)
        trail = direction == .older ? ids : ids.reversed()
        step.continues = true
        return step
    }

    /// Whether a walk to older batches has left the window, after the new batches of a page.
    private mutating func isPastWindow(after new: [MessageBatch]) -> Bool {
        for batch in new {
            if let lastCreated, batch.createdAt > lastCreated { isOrdered = false }
            lastCreated = batch.createdAt
            trailingBefore = window.isBefore(batch.createdAt) ? trailingBefore + 1 : 0
        }
        return isOrdered && trailingBefore > 1
    }

    /// Reduces the size of the pages after an error that refuses it; returns whether to request the page again.
    mutating func reducePageSize(after error: ServiceError) -> Bool {
        pageSize.reduce(after: error)
    }

    /// Returns whether the server cut the page, so that ``query``, now with another size, must be requested instead.
    mutating func isCut(_ page: BatchPage) -> Bool {
        let (edge, cursor) =
            direction == .older ? (page.batches.last?.id, page.lastID) : (page.batches.first?.id, page.firstID)
        return pageSize.evaluate(
            count: page.batches.count + page.malformed.count,
            hasMore: page.hasMore ?? false,
            // An element without an ID may be the one of the cursor.
            endsAtCursor: edge == cursor || page.malformed.contains { $0.id == nil || $0.id == cursor }
        )
    }

    /// Moves the cursor back by one batch, after the service did not find the cursor's batch.
    ///
    /// The batch was deleted during the walk. The batch before it leads to the same page. Returns false if there is no
    /// earlier batch or the limit is reached.
    package mutating func stepBack() -> Bool {
        guard let cursor, let position = trail.lastIndex(of: cursor), position > 0, stepsBack < Self.maxStepsBack else {
            return false
        }
        stepsBack += 1
        self.cursor = trail[position - 1]
        return true
    }
}

/// A range of `created_at`: the start is included, the end is not.
package struct BatchWindow: Sendable, Hashable {
    /// The start of the window, which is inside; nil for no limit.
    package var since: Timestamp?
    /// The end of the window, which is outside; nil for no limit.
    package var until: Timestamp?

    package init(since: Timestamp? = nil, until: Timestamp? = nil) {
        self.since = since
        self.until = until
    }

    /// Returns whether a time is inside.
    package func contains(_ moment: Timestamp) -> Bool {
        !isBefore(moment) && until.map { moment < $0 } ?? true
    }

    /// Returns whether a time is before the window.
    ///
    /// In a listing, which is newest first, all later batches are then outside.
    package func isBefore(_ moment: Timestamp) -> Bool {
        since.map { moment < $0 } ?? false
    }
}
