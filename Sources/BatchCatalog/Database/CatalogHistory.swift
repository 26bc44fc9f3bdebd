import GRDB

/// What only a catalog records: runs, and the batches that no file of the archive describes, with their failed tries
/// and losses.
package struct CatalogHistory: Sendable {
    package private(set) var runs: [CatalogRun] = []
    package private(set) var batches: [CatalogBatch] = []
    /// Whether every row could be read.
    package private(set) var isComplete = true

    /// Reads the rows of a damaged catalog that can still be read.
    ///
    /// An unreadable page ends a walk through a table, so each table is read from both ends.
    init(of path: String) {
        guard databaseObstacle(at: path) == nil,
            let queue = try? DatabaseQueue.reading(path, .archiveDatabase)
        else {
            isComplete = false
            return
        }
        let runs: [Int64: CatalogRun] = rows(of: "runs ORDER BY number", in: queue, key: \.number) { reader in
            let run = try CatalogRun(reader)
            return run.number > 0 ? run : nil
        }
        let batches: [String: CatalogBatch] = rows(of: "batches ORDER BY id", in: queue, key: \.id) { reader in
            let batch = try CatalogBatch(reader)
            return LocalState.inFiles.contains(batch.state) ? nil : batch
        }
        self.runs = runs.values.sorted { $0.number < $1.number }
        self.batches = batches.values.sorted { $0.id < $1.id }
    }

    private mutating func rows<Key: Hashable, Value>(
        of table: String,
        in queue: DatabaseQueue,
        key: (Value) -> Key,
        _ decode: (RowReader) throws -> Value?
    ) -> [Key: Value] {
        var found: [Key: Value] = [:]
        for order in ["ASC", "DESC"] {
            do {
                try queue.read { db in
                    let rows = try Row.fetchCursor(db, sql: "SELECT * FROM \(table) \(order)")
                    while let row = try rows.next() {
                        do {
                            if let value = try decode(RowReader(row: row)) { found[key(value)] = value }
                        } catch {
                            isComplete = false
                        }
                    }
                }
                break
            } catch {
                isComplete = false
            }
        }
        return found
    }
}

extension Catalog {
    /// Reads every row but those of archived batches, and throws ``CatalogFailure/damaged(path:detail:)`` if one cannot
    /// be used.
    ///
    /// The manifests describe the archived batches, so an invalid row of one is replaced when it is found. Completed
    /// windows have checksums of their own.
    func checkRows() throws(CatalogFailure) {
        _ = try runs(last: .max)
        try read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT * FROM batches WHERE state <> ?",
                arguments: [LocalState.archived.rawValue]
            )
            while let row = try rows.next() { _ = try CatalogBatch(RowReader(row: row)) }
        }
    }

    /// Inserts the runs and batches of a damaged catalog.
    func add(_ history: CatalogHistory) throws(CatalogFailure) {
        try write { db in
            for run in history.runs { try db.execute(sql: CatalogRun.insertion, arguments: run.values()) }
        }
        try save(history.batches)
    }
}
