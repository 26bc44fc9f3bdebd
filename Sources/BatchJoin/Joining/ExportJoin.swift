package import BatchArchive
package import BatchPipeline
import MessageBatches
import Synchronization

/// Joins the batches that an export run has archived, at the end of the run.
///
/// The sources are opened before the first request, so that an invalid source is reported at once.
package struct ExportJoin: Sendable {
    private let prepared: PreparedJoin
    private let archived = ArchivedBatches()

    /// - Throws: ``JoinFailure`` if a source does not exist or cannot be read.
    package init(_ settings: JoinSettings) throws {
        prepared = try PreparedJoin(settings)
    }

    /// Records the batches that the pipeline reports as archived.
    package var observe: @Sendable (ExportEvent) -> Void { archived.observe }

    /// The IDs in the sources, as the IDs that each batch must contain.
    package func requiredIDs(isForOneBatch: Bool) throws -> RequiredIDs {
        try RequiredIDs(prepared, isForOneBatch: isForOneBatch)
    }

    /// Joins the archived batches.
    ///
    /// An error is recorded in `report` as the reason why the run stopped.
    package func run(in archive: FileArchive, after report: inout ExportReport) async -> JoinReport? {
        guard report.stop == nil else { return nil }
        do {
            let reader = try ArchiveReader(archive.folder)
            let manifests = try archived.batches.compactMap { try reader.manifest(of: $0.id, on: $0.day) }
            let joined = try await JoinRun(in: archive.folder).run(manifests, with: prepared)
            try await archive.finishRun()
            return joined
        } catch {
            report.stop = error
            // Files published before the error must be in the list of digests.
            try? await archive.finishRun()
            return nil
        }
    }
}

/// The batches that a run has archived, by time of creation.
///
/// A lock protects them, because several batches report events at once.
private final class ArchivedBatches: Sendable {
    private let known = Mutex<[MessageBatch]>([])

    var batches: [MessageBatch] {
        known.withLock { $0.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) } }
    }

    @Sendable func observe(_ event: ExportEvent) {
        guard case .finished(let batch, .archived) = event else { return }
        known.withLock { $0.append(batch) }
    }
}
