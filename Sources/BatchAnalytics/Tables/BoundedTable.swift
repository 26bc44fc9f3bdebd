/// A key of a ``BoundedTable``: its hash is the same in every process.
package protocol BoundedKey: Hashable, Comparable, Sendable {
    var stableHash: UInt64 { get }
}

extension Label: BoundedKey {}

/// A value that can be merged with others, in any order.
package protocol Mergeable: Sendable, Equatable {
    /// Creates the neutral value, which changes nothing when merged.
    init()

    mutating func merge(_ other: Self)
}

/// Values by key, for at most `capacity` keys, regardless of the data.
///
/// If there are more keys, the `capacity` keys with the smallest stable hashes are kept, and everything else is added
/// to ``other``. A key with one of the smallest hashes of all data also has one in every part of the data. It is
/// therefore never evicted, and its value is exact. Every other key ends in `other` with its whole value. For this
/// reason `merge(fold(a), fold(b)) == fold(a + b)` also holds above the capacity. No rule by size ("the hundred most
/// frequent") can guarantee this with bounded memory. Output and storage still rank the rows by size: see
/// ``ranked(by:)``.
package struct BoundedTable<Key: BoundedKey, Value: Mergeable>: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var key: Key
        package var value: Value
    }

    /// The maximum number of keys.
    package let capacity: Int
    /// The kept keys and their values, in the order of the keys' hashes.
    package private(set) var rows: [Row] = []
    /// The merged values of the keys without a row.
    package private(set) var other = Value()

    package init(capacity: Int) {
        self.capacity = capacity
    }

    /// The value of a key; nil if the key has no row.
    package subscript(_ key: Key) -> Value? {
        let (place, isRow) = find(key)
        return isRow ? rows[place].value : nil
    }

    /// Adds to the value of a key.
    package mutating func add(_ value: Value, to key: Key) {
        update(key) { $0.merge(value) }
    }

    /// Adds a value that belongs to no key.
    package mutating func addToOther(_ value: Value) {
        other.merge(value)
    }

    /// Changes the value of a key in place.
    ///
    /// `change` must have the same effect as merging some value.
    mutating func update(_ key: Key, _ change: (inout Value) -> Void) {
        let (place, isRow) = find(key)
        if isRow {
            change(&rows[place].value)
        } else if rows.count < capacity || place < rows.count {
            if rows.count == capacity { other.merge(rows.removeLast().value) }
            var value = Value()
            change(&value)
            rows.insert(Row(key: key, value: value), at: place)
        } else {
            change(&other)
        }
    }

    /// Changes the value of ``other`` in place.
    mutating func updateOther(_ change: (inout Value) -> Void) {
        change(&other)
    }

    package mutating func merge(_ table: BoundedTable) {
        if rows.isEmpty, table.rows.count <= capacity {
            rows = table.rows
        } else {
            for row in table.rows { add(row.value, to: row.key) }
        }
        other.merge(table.other)
    }

    /// The rows by descending weight, rows with equal weights by key.
    package func ranked(by weight: (Value) -> Int) -> [Row] {
        // Rows are large, so their indices are sorted instead.
        let weights = rows.map { weight($0.value) }
        let places = rows.indices.sorted { left, right in
            weights[left] != weights[right] ? weights[left] > weights[right] : rows[left].key < rows[right].key
        }
        return places.map { rows[$0] }
    }

    /// The index of the key, or the index at which to insert it, and whether it has a row.
    private func find(_ key: Key) -> (place: Int, isRow: Bool) {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            // Keys are usually equal, and checking for equality is faster than comparing.
            if rows[middle].key == key { return (middle, true) }
            if precedes(rows[middle].key, key) { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }

    private func precedes(_ left: Key, _ right: Key) -> Bool {
        left.stableHash != right.stableHash ? left.stableHash < right.stableHash : left < right
    }
}
