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
