import BatchArchive
import BatchPipeline
import MessageBatches

extension JoinRun {
    /// Marks the rows of shared sources whose results are in batches that the run does not join: those that it does not
    /// select, and those whose raw files are damaged or were removed.
    ///
    /// Otherwise these rows would count as rows without a result. The IDs come from the flat rows, which are read only
    /// while rows lack a result.
    func markOthers(
        _ manifests: [Manifest],
        joined drafts: [JoinDraft],
        _ prepared: PreparedJoin,
        _ report: inout JoinReport
    ) async throws {
        let joined = Set(drafts.map(\.paths.id))
        // A row that names its batch cannot belong to another one.
        let sources = prepared.sharedSources.filter { !$0.hasBatch }
        for manifest in manifests where !joined.contains(manifest.batch.id) {
            let incomplete = sources.filter(\.hasUnmatched)
            guard !incomplete.isEmpty, let rows = manifest.files[.results] else { continue }
            do {
                try await markResults(in: rows, incomplete, prepared.settings)
            } catch let failure as ArchiveFailure {
                report.failures.append(JoinReport.Failure(batchID: manifest.batch.id, error: failure))
            }
        }
    }

    private func markResults(
        in rows: ArchivedFile,
        _ sources: [JoinSource],
        _ settings: JoinSettings
    ) async throws {
        let reader = try MemberReader(rows, in: folder, codec: settings.codec)
        _ = try await mapConcurrently(reader.members.indices, limit: settings.blocksInFlight) { number async throws in
            try Task.checkCancellation()
            for row in try reader.content(ofMember: number).split(separator: 0x0A) {
                guard let id = JoinedMatches.customID(of: row) else { continue }
                for source in sources {
                    guard let match = try source.match(of: JoinKey(id: id, batch: nil)) else { continue }
                    source.markOther(match.position)
                }
            }
        }
    }
}
