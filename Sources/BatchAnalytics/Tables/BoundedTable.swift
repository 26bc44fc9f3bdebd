/// A key of a ``BoundedTable``: its hash is the same in every process.
package protocol BoundedKey: Hashable, Comparable, Sendable {
    var stableHash: UInt64 { get }
}

extension Label: BoundedKey {}

/// A value that grows by merging, in any order.
package protocol Mergeable: Sendable, Equatable {
    /// The value that changes nothing when merged.
    init()

    mutating func merge(_ other: Self)
}

/// Counts by key that never hold more than `capacity` keys, whatever the data does.
///
/// Of more keys the `capacity` with the smallest stable hash stay and everything else is counted in ``other``. A key
/// that is among the smallest of all the data is among the smallest of every part of it, so it was never put out
/// anywhere and its value is exact; and every other key ends in `other` with all of its value. Therefore
/// `merge(fold(a), fold(b)) == fold(a + b)` holds beyond the bound too, which no rule by size ("the hundred most
/// frequent") can give with bounded memory. What is shown and stored is still ranked by size: see ``ranked(by:)``.
package struct BoundedTable<Key: BoundedKey, Value: Mergeable>: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var key: Key
        package var value: Value
    }

    /// The most keys the table holds.
    package let capacity: Int
    /// What is kept by key, in the order of the keys' hashes.
    package private(set) var rows: [Row] = []
    /// What the keys without a row hold together.
    package private(set) var other = Value()

    package init(capacity: Int) {
        self.capacity = capacity
    }

    package var isEmpty: Bool {
        rows.isEmpty && other == Value()
    }

    /// The value of a key, or nil where the key has no row.
    package subscript(_ key: Key) -> Value? {
        let (place, isRow) = find(key)
        return isRow ? rows[place].value : nil
    }

    /// Adds to the value of a key.
    package mutating func add(_ value: Value, to key: Key) {
        update(key) { $0.merge(value) }
    }

    /// Adds what belongs to no key.
    package mutating func addToOther(_ value: Value) {
        other.merge(value)
    }

    /// Adds to the value of a key in place; `change` must do to any value what merging some value would do.
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

    /// Adds what belongs to no key in place.
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

    /// The rows by falling weight, those of one weight by key.
    package func ranked(by weight: (Value) -> Int) -> [Row] {
        // Rows are large: their places are sorted, not they.
        let weights = rows.map { weight($0.value) }
        let places = rows.indices.sorted { left, right in
            weights[left] != weights[right] ? weights[left] > weights[right] : rows[left].key < rows[right].key
        }
        return places.map { rows[$0] }
    }

    /// Where the key stands or would stand, and whether it does.
    private func find(_ key: Key) -> (place: Int, isRow: Bool) {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            // Equal keys are the rule, and to tell so takes less than to tell which of two comes first.
            if rows[middle].key == key { return (middle, true) }
            if precedes(rows[middle].key, key) { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }

    private func precedes(_ left: Key, _ right: Key) -> Bool {
        left.stableHash != right.stableHash ? left.stableHash < right.stableHash : left < right
    }
}
