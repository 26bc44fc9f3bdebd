package import BatchPipeline
package import MessageBatches

/// An archive that several processes write to at the same time: the sink of `fetch`.
///
/// Each batch belongs to whoever has claimed it, and nothing that spans batches is written: SHA256SUMS and views are left to
/// the next run that holds the archive's lock.
package struct SharedArchive: ArchiveSink {
    private let archive: FileArchive

    package init(_ archive: FileArchive) {
        self.archive = archive
    }

    package func archivedIDs(among batches: [MessageBatch]) async throws -> Set<String> {
        try await archive.archivedIDs(among: batches)
    }

    package func claim(_ batch: MessageBatch) async throws -> (any BatchClaim)? {
        try await archive.claim(batch)
    }

    package func openDraft(of batch: MessageBatch) async throws -> any BatchDraft {
        try await archive.openDraft(of: batch)
    }

    package func reopenDraft(of batch: MessageBatch) async throws -> (any BatchDraft)? {
        try await archive.reopenDraft(of: batch)
    }

    package func finishRun() async throws {}
}
