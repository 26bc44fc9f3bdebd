package import MessageBatches

/// Selects batches of a listing by status, ID and shard.
///
/// The API itself has no filters.
package struct BatchFilter: Sendable, Hashable {
    /// The selected statuses; nil for all.
    package var statuses: Set<ProcessingStatus>?
    /// The selected IDs; nil for all.
    package var ids: Set<String>?
    /// The selected shard; nil for all.
    package var shard: BatchShard?

    package init(statuses: Set<ProcessingStatus>? = nil, ids: Set<String>? = nil, shard: BatchShard? = nil) {
        self.statuses = statuses
        self.ids = ids
        self.shard = shard
    }

    /// Returns whether a batch is selected.
    package func passes(_ batch: MessageBatch) -> Bool {
        (statuses?.contains(batch.status) ?? true) && (ids?.contains(batch.id) ?? true)
            && (shard?.contains(batch.id) ?? true)
    }
}

/// One of several equal parts of all batches, which only the hash of the batch ID determines.
///
/// The shard of an ID is its FNV-1a hash modulo the number of shards. The hash has 64 bits and covers the UTF-8 bytes
/// of the ID (http://www.isthe.com/chongo/tech/comp/fnv/). So each batch is in exactly one shard, on every machine and
/// in every version.
package struct BatchShard: Sendable, Hashable {
    /// The number of the shard, from 0.
    package let index: Int
    /// The number of shards.
    package let count: Int

    /// Creates a shard; returns nil unless `0 <= index < count`.
    package init?(_ index: Int, of count: Int) {
        guard index >= 0, index < count else { return nil }
        self.index = index
        self.count = count
    }

    /// Returns whether a batch is in the shard.
    package func contains(_ id: String) -> Bool {
        Self.hash(id) % UInt64(count) == UInt64(index)
    }

    static func hash(_ id: String) -> UInt64 {
        id.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
