package import BatchArchive
package import BatchPipeline
import MessageBatches
import Synchronization

/// The join at the end of an export: of the batches the run has archived.
///
/// The sources are opened before the first request, so that a wrong one costs no run.
package struct ExportJoin: Sendable {
    private let prepared: PreparedJoin
    private let archived = ArchivedBatches()

    /// - Throws: ``JoinFailure`` for a source that is not there or cannot be read.
    package init(_ settings: JoinSettings) throws {
        prepared = try PreparedJoin(settings)
    }

    /// Records the batches that the pipeline reports as archived.
    package var observe: @Sendable (ExportEvent) -> Void { archived.observe }

    /// The ids of the sources as what a batch must hold.
    package func requiredIDs(isForOneBatch: Bool) throws -> RequiredIDs {
        try RequiredIDs(prepared, isForOneBatch: isForOneBatch)
    }

    /// Joins what was archived; an error becomes the reason for the run's end.
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
            // What was published until then belongs in the list of digests.
            try? await archive.finishRun()
            return nil
        }
    }
}

/// The batches that became part of the archive in a run, by time of creation.
///
/// The lock guards them; events come from all batches at once.
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
