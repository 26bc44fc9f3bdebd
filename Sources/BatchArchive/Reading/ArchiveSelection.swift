package import BatchPipeline
package import MessageBatches

/// A filter for the batches of an archive.
package struct ArchiveSelection: Sendable, Hashable {
    /// Created at or after this moment.
    package var since: Timestamp?
    /// Created before this moment.
    package var until: Timestamp?
    /// Nil for all ids.
    package var ids: Set<String>?

    package init(since: Timestamp? = nil, until: Timestamp? = nil, ids: Set<String>? = nil) {
        self.since = since
        self.until = until
        self.ids = ids
    }

    /// Selects the batches of a window; with `ids`, only these batches.
    package init(_ window: BatchWindow, ids: Set<String>? = nil) {
        self.init(since: window.since, until: window.until, ids: ids)
    }

    package func contains(_ batch: MessageBatch) -> Bool {
        BatchWindow(since: since, until: until).contains(batch.createdAt) && ids?.contains(batch.id) ?? true
    }
}
