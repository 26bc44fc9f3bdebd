import MessageBatches

/// The batches of a service, oldest first inside, newest first to the outside.
struct BatchStore: Sendable {
    /// Oldest first, so that a new batch is appended.
    private var batches: [SimulatedBatch] = []
    private var positions: [String: Int] = [:]

    /// Takes batches in any order; those created at the same moment keep it, the first counting as the newest.
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

    subscript(id: String) -> SimulatedBatch? {
        positions[id].map { batches[$0] }
    }

    /// Changes a batch; false if there is none with that id.
    @discardableResult
    mutating func update(_ id: String, _ change: (inout SimulatedBatch) -> Void) -> Bool {
        guard let position = positions[id] else { return false }
        change(&batches[position])
        return true
    }

    /// Adds a batch at its place in time, or puts it in place of the one with its id.
    mutating func insert(_ batch: SimulatedBatch) {
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

    mutating func remove(_ id: String) {
        guard let position = positions[id] else { return }
        batches.remove(at: position)
        order()
    }

    /// The batches of a page, newest first, and whether more follow in its direction.
    ///
    /// - Throws: 404 for a cursor that is no batch.
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
