package import MessageBatches

/// Which batches of the listing a command acts on.
///
/// The API has no filter of its own.
package struct BatchFilter: Sendable, Hashable {
    /// The statuses wanted, or nil for all.
    package var statuses: Set<ProcessingStatus>?
    /// The ids wanted, or nil for all.
    package var ids: Set<String>?
    /// The part wanted, or nil for all.
    package var shard: BatchShard?

    package init(statuses: Set<ProcessingStatus>? = nil, ids: Set<String>? = nil, shard: BatchShard? = nil) {
        self.statuses = statuses
        self.ids = ids
        self.shard = shard
    }

    /// Whether a batch passes.
    package func passes(_ batch: MessageBatch) -> Bool {
        (statuses?.contains(batch.status) ?? true) && (ids?.contains(batch.id) ?? true)
            && (shard?.holds(batch.id) ?? true)
    }
}

/// One of several equal parts of all batches, told by a hash of the batch id alone.
///
/// The shard of an id is its FNV-1a hash (64 bits, over its UTF-8 bytes; http://www.isthe.com/chongo/tech/comp/fnv/) modulo the
/// number of shards. So each batch is in exactly one, on every machine, in every version.
package struct BatchShard: Sendable, Hashable {
    /// From 0, below ``count``.
    package let index: Int
    /// How many there are.
    package let count: Int

    /// Nil unless `0 <= index < count`.
    package init?(_ index: Int, of count: Int) {
        guard index >= 0, index < count else { return nil }
        self.index = index
        self.count = count
    }

    /// Whether a batch is in it.
    package func holds(_ id: String) -> Bool {
        Self.hash(id) % UInt64(count) == UInt64(index)
    }

    static func hash(_ id: String) -> UInt64 {
        id.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
