package import MessageBatches

/// Which batches of the listing a command acts on.
///
/// The API has no filter of its own.
package struct BatchFilter: Sendable, Hashable {
    /// The statuses wanted, or nil for all.
    package var statuses: Set<ProcessingStatus>?
    /// The ids wanted, or nil for all.
    package var ids: Set<String>?

    package init(statuses: Set<ProcessingStatus>? = nil, ids: Set<String>? = nil) {
        self.statuses = statuses
        self.ids = ids
    }

    /// Whether a batch passes.
    package func passes(_ batch: MessageBatch) -> Bool {
        (statuses?.contains(batch.status) ?? true) && (ids?.contains(batch.id) ?? true)
    }
}
