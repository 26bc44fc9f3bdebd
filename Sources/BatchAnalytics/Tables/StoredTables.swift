extension KeyedEncodingContainer {
    /// Writes the heaviest rows of a table in at most `budget` bytes; an empty table is left out.
    mutating func encode<TableKey: StoredKey, Value: StoredValue>(
        _ table: BoundedTable<TableKey, Value>,
        forKey key: Key,
        budget: Int
    ) throws {
        let stored = table.stored(budget: budget)
        if !stored.isEmpty { try encode(stored, forKey: key) }
    }
}

extension KeyedDecodingContainer {
    /// Reads a table; a missing one is empty.
    func table<TableKey: StoredKey, Value: StoredValue>(
        forKey key: Key,
        capacity: Int
    ) throws -> BoundedTable<TableKey, Value> {
        let stored = try decodeIfPresent(StoredRows.self, forKey: key) ?? StoredRows()
        guard let table = BoundedTable<TableKey, Value>(stored, capacity: capacity) else {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "damaged rows")
        }
        return table
    }
}
