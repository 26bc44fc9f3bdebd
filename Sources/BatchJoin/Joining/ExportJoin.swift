package import BatchArchive
package import BatchPipeline
import MessageBatches

/// The join at the end of an export run.
///
/// It joins every selected batch that is archived and not joined yet, whether this run or an earlier one archived it:
/// after an interruption, the next run with the same options completes the join. Batches that are joined keep their
/// files, even if a source or the options have changed since; `batchkeep join` replaces them. But a batch under which an
/// earlier run listed rows without a result is joined again by the same options, because other batches may have these
/// results now.
///
/// The sources belong to others, so an invalid one does not stop the export. They are opened before the first request,
/// so that the problem is reported at once, and again at the end if they could not be read or have changed.
package struct ExportJoin: Sendable {
    private let settings: JoinSettings
    private let prepared: Result<PreparedJoin, any Error>

    /// Opens the sources; an error is the value of ``failure``.
    ///
    /// - Throws: ``JoinFailure`` if the options cannot be used with any file.
    package init(_ settings: JoinSettings) throws {
        self.settings = settings
        prepared = Result { try PreparedJoin(settings) }
        if let failure = failure as? JoinFailure, failure.concernsOptions { throw failure }
    }

    /// The reason why the sources could not be opened before the first request.
    package var failure: (any Error)? {
        if case .failure(let error) = prepared { error } else { nil }
    }

    /// The IDs in the sources, as the IDs that each batch must contain.
    ///
    /// `describe` says why the source of one batch cannot be read.
    package func requiredIDs(
        isForOneBatch: Bool,
        describe: @escaping @Sendable (any Error) -> String
    ) throws -> RequiredIDs {
        try RequiredIDs(prepared.get(), isForOneBatch: isForOneBatch, describe: describe)
    }

    /// Joins the batches of the selection that are archived and not joined.
    ///
    /// After a run that stopped, it only reports them. An error of the join is in the report; a cancellation is the
    /// reason why the run stopped.
    package func run(
        in archive: FileArchive,
        of selection: ExportSelection,
        after run: inout ExportReport
    ) async -> JoinReport {
        var report = JoinReport()
        do {
            var listing = try await pending(in: archive.folder, of: selection)
            report.unreadable = listing.unreadable
            report.pending = listing.joinableIDs.sorted()
            guard run.stop == nil else { return report }
            let sources = try currentSources()
            guard !listing.manifests.isEmpty else { return report }
            var others = try await others(than: listing.manifests, of: selection, sources, in: archive.folder)
            let again = others.partition { isListing($0, sources) }
            listing.manifests = Self.oldestFirst(listing.manifests + others[again...])
            report = try await JoinRun.run(listing, with: sources, others: Array(others[..<again]), in: archive)
        } catch is CancellationError {
            run.stop = CancellationError()
        } catch {
            report.failures.append(JoinReport.Failure(batchID: nil, error: error))
        }
        // Batches that were published before an error are not pending.
        if let left = try? await pending(in: archive.folder, of: selection) {
            report.pending = Set(left.joinableIDs).subtracting(report.withoutSource).sorted()
        }
        return report
    }

    /// The manifests of archived batches without a join, oldest first.
    private func pending(
        in folder: ArchiveFolder,
        of selection: ExportSelection
    ) async throws -> ArchiveReader.Listing {
        let wanted = ArchiveSelection(selection.window, ids: selection.filter.ids)
        var listing = try await ArchiveReader(folder)
            .manifests(of: wanted) { manifest in
                (manifest.join == nil || manifest.isJoinPending) && selection.filter.passes(manifest.batch)
            }
        listing.manifests = Self.oldestFirst(listing.manifests)
        return listing
    }

    /// The archived batches that earlier runs have joined, if a row of a source can belong to one of them.
    private func others(
        than manifests: [Manifest],
        of selection: ExportSelection,
        _ sources: PreparedJoin,
        in folder: ArchiveFolder
    ) async throws -> [Manifest] {
        guard sources.sharedSources.contains(where: { !$0.hasBatch }) else { return [] }
        let ids = Set(manifests.map(\.batch.id))
        // The sources grow with the archive, and the window moves on.
        return try await ArchiveReader(folder)
            .manifests(of: ArchiveSelection(ids: selection.filter.ids)) { !ids.contains($0.batch.id) }.manifests
    }

    /// Whether the same join has listed rows under this batch that have no result and can belong to any batch.
    private func isListing(_ manifest: Manifest, _ sources: PreparedJoin) -> Bool {
        guard !manifest.lacksRaw, let join = manifest.recordedJoin, join.type == settings.kind.rawValue,
            join.output == settings.form.rawValue
        else { return false }
        let shared = Set(sources.sharedSources.filter { !$0.hasBatch }.map(\.relationName))
        return join.sources.contains { shared.contains($0.name) && $0.requestsWithoutResult > 0 }
            && join.sources.map(\.name) == (try? sources.relations(ofBatch: manifest.batch.id).map(\.name))
    }

    private static func oldestFirst(_ manifests: [Manifest]) -> [Manifest] {
        manifests.sorted { ($0.batch.createdAt, $0.batch.id) < ($1.batch.createdAt, $1.batch.id) }
    }

    private func currentSources() throws -> PreparedJoin {
        if let prepared = try? prepared.get(), prepared.isCurrent { return prepared }
        return try PreparedJoin(settings)
    }
}

extension ArchiveReader.Listing {
    /// The IDs of the batches that a run can join: those whose raw files were not removed.
    fileprivate var joinableIDs: [String] { manifests.filter { !$0.lacksRaw }.map(\.batch.id) }
}
