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
