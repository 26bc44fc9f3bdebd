import MessageBatches

/// The batches of a service; stored oldest first, listed newest first.
package struct BatchStore: Sendable {
    /// Oldest first, so that a new batch is appended.
    private var batches: [SimulatedBatch] = []
    private var positions: [String: Int] = [:]

    /// Stores batches given in any order.
    ///
    /// Batches created at the same moment keep their order; the first one counts as the newest.
    ///
    /// - Throws: ``ScenarioError/duplicateID(_:)``.
    init(_ unordered: [SimulatedBatch]) throws(ScenarioError) {
        batches = unordered.reversed()
        order()
        guard positions.count == batches.count else {
            let seen = Dictionary(grouping: batches.map(\.id)) { $0 }
            throw ScenarioError.duplicateID(seen.first { $0.value.count > 1 }?.key ?? "")
        }
    }

    /// All batches, oldest first.
    var all: [SimulatedBatch] { batches }

    package subscript(id: String) -> SimulatedBatch? {
        positions[id].map { batches[$0] }
    }

    /// Changes the batch with an ID, if it exists.
    package mutating func update(_ id: String, _ change: (inout SimulatedBatch) -> Void) {
        guard let position = positions[id] else { return }
        change(&batches[position])
    }

    /// Inserts a batch by its creation time, or replaces the batch with its ID.
    package mutating func insert(_ batch: SimulatedBatch) {
        if let position = positions[batch.id] {
            batches[position] = batch
            order()
        } else if let newest = batches.last, newest.createdAt > batch.createdAt {
            batches.append(batch)
            order()
        } else {
            positions[batch.id] = batches.count
            batches.append(batch)
        }
    }

    package mutating func remove(_ id: String) {
        guard let position = positions[id] else { return }
        batches.remove(at: position)
        order()
    }

    /// The batches of a page, newest first, and whether more follow in the same direction.
    ///
    /// - Throws: 404 if the cursor is not the ID of a batch.
    func page(_ query: PageQuery) throws(APIError) -> (batches: [SimulatedBatch], hasMore: Bool) {
        let range: Range<Int>
        let hasMore: Bool
        switch query.cursor {
        case .newest:
            range = max(0, batches.count - query.limit)..<batches.count
            hasMore = range.lowerBound > 0
        case .after(let id):
            let end = try position(ofCursor: id)
            range = max(0, end - query.limit)..<end
            hasMore = range.lowerBound > 0
        case .before(let id):
            let start = try position(ofCursor: id) + 1
            range = start..<min(batches.count, start + query.limit)
            hasMore = range.upperBound < batches.count
        }
        return (batches[range].reversed(), hasMore)
    }

    private func position(ofCursor id: String) throws(APIError) -> Int {
        guard let position = positions[id] else {
            throw .notFound("Could not find a message batch with the ID \(id).")
        }
        return position
    }

    private mutating func order() {
        let sorted = batches.enumerated()
            .sorted {
                ($0.element.createdAt, $0.offset) < ($1.element.createdAt, $1.offset)
            }
        batches = sorted.map(\.element)
        positions = Dictionary(batches.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { $1 })
    }
}

/// The part of the list that a request asks for.
struct PageQuery: Sendable, Hashable {
    /// The start or end of a page.
    enum Cursor: Sendable, Hashable {
        case newest
        /// Directly after this batch, towards older batches.
        case after(String)
        /// Directly before this batch, towards newer batches.
        case before(String)
    }

    let cursor: Cursor
    let limit: Int

    private static let defaultLimit = 20

    /// Parses the three documented query keys and ignores all others; `maximum` is the largest valid limit.
    init(_ request: SimulatedRequest, maximum: Int) throws(APIError) {
        let after = request.queryValue("after_id")
        let before = request.queryValue("before_id")
        switch (after, before) {
        case (nil, nil): cursor = .newest
        case (let id?, nil): cursor = .after(id)
        case (nil, let id?): cursor = .before(id)
        case (_?, _?): throw .invalidRequest("Only one of `before_id` and `after_id` can be specified.")
        }
        guard let text = request.queryValue("limit") else {
            limit = min(Self.defaultLimit, maximum)
            return
        }
        guard let number = Int(text) else {
            throw .invalidRequest("limit: Input should be a valid integer, unable to parse string as an integer")
        }
        guard number >= 1 else {
            throw .invalidRequest("limit: Input should be greater than or equal to 1")
        }
        guard number <= maximum else {
            throw .invalidRequest("limit: Input should be less than or equal to \(maximum)")
        }
        limit = number
    }
}
