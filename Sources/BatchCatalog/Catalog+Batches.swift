import GRDB
package import MessageBatches

extension Catalog {
    /// The batches in the given states, oldest first.
    package func batches(in states: [LocalState] = LocalState.allCases) throws(CatalogFailure) -> [CatalogBatch] {
        try read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT * FROM batches WHERE state IN (\(Self.marks(states))) ORDER BY created_at, id",
                arguments: StatementArguments(states.map(\.rawValue))
            )
            var batches: [CatalogBatch] = []
            while let row = try rows.next() { batches.append(try CatalogBatch(RowReader(row: row))) }
            return batches
        }
    }

    /// The IDs of the batches in the given states; cheaper than reading whole rows.
    package func ids(in states: [LocalState]) throws(CatalogFailure) -> Set<String> {
        try read { db in
            try String.fetchSet(
                db,
                sql: "SELECT id FROM batches WHERE state IN (\(Self.marks(states)))",
                arguments: StatementArguments(states.map(\.rawValue))
            )
        }
    }

    /// The batch with an ID, or nil if the catalog has no such batch.
    package func batch(_ id: String) throws(CatalogFailure) -> CatalogBatch? {
        try read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM batches WHERE id = ?", arguments: [id.withoutNull])
                .map { try CatalogBatch(RowReader(row: $0)) }
        }
    }

    /// The creation time of the oldest batch; nil if the catalog has none.
    package func oldestCreation() throws(CatalogFailure) -> Timestamp? {
        try read { db in
            try Row.fetchOne(db, sql: "SELECT created_at FROM batches ORDER BY created_at LIMIT 1")
                .map { try RowReader(row: $0).time("created_at") }
        }
    }

    /// The number of batches in each state; states without a batch are omitted.
    package func batchCounts() throws(CatalogFailure) -> [LocalState: Int] {
        try read { db in
            var counts: [LocalState: Int] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT state, count(*) AS n FROM batches GROUP BY state") {
                let reader = RowReader(row: row)
                guard let state = LocalState(rawValue: try reader.text("state")) else { continue }
                counts[state] = try reader.number("n")
            }
            return counts
        }
    }

    /// Inserts or replaces rows in one transaction.
    package func save(_ batches: [CatalogBatch]) throws(CatalogFailure) {
        guard !batches.isEmpty else { return }
        try write { db in
            let statement = try db.makeStatement(sql: CatalogBatch.insertion)
            for batch in batches { try statement.execute(arguments: batch.values()) }
        }
    }

    /// Removes the batches whose state is recorded in files of the archive, and all completed windows.
    ///
    /// The caller then adds the rows again from the files. Runs, attempts, and removed and lost batches are recorded
    /// only in the catalog, so they are kept.
    package func removeBatchesInFiles() throws(CatalogFailure) {
        let states = LocalState.inFiles
        try write { db in
            try db.execute(
                sql: "DELETE FROM batches WHERE state IN (\(Self.marks(states)))",
                arguments: StatementArguments(states.map(\.rawValue))
            )
            try db.execute(sql: "DELETE FROM completed_windows")
        }
    }

    private static func marks(_ values: [some Any]) -> String {
        values.map { _ in "?" }.joined(separator: ", ")
    }
}
