import BatchPipeline
import MessageBatches

/// A count that can be merged and stored.
package struct Tally: Sendable, Equatable {
    package var count: Int

    package init(count: Int) {
        self.count = count
    }
}

extension Tally: StoredValue {
    package init() {
        self.init(count: 0)
    }

    package mutating func merge(_ other: Tally) {
        count = count.addingClamped(other.count)
    }

    var weight: Int { count }
    var numbers: [Int] { [count] }

    init(_ row: StoredRow, from place: Int) {
        count = row[place]
    }
}

/// One value for each different text of one field in one block.
struct SliceTallies<Value: Mergeable> {
    private var interner = SliceInterner()
    private var values: [Value] = []

    /// Changes the value of a text.
    ///
    /// `bytes` are the bytes of its block.
    mutating func update(_ slice: TextSlice?, in bytes: [UInt8], _ change: (inout Value) -> Void) {
        let number = interner.number(of: slice, in: bytes)
        if number == values.count { values.append(Value()) }
        change(&values[number])
    }

    /// The texts and their values, in the order in which the texts first occurred.
    var entries: some Sequence<(TextSlice?, Value)> {
        zip(interner.slices, values)
    }

    /// Adds the values to a table; a missing field becomes the empty label.
    func add(to table: inout BoundedTable<Label, Value>, of block: DecodedBlock) {
        for (label, value) in zip(block.labels(of: interner), values) { table.add(value, to: label) }
    }

    /// Adds the values of models to a table; a missing field becomes the empty label.
    func add(toModels table: inout BoundedTable<Label, Value>, of block: DecodedBlock) {
        for (label, value) in zip(block.modelLabels(of: interner), values) { table.add(value, to: label) }
    }
}
