package import BatchPipeline
import JSONLines

extension Manifest {
    /// Creates the manifest of a batch whose files are written.
    init(_ proof: BatchProof, files: [DataKind: ArchivedFile], settings: ArchiveSettings) {
        self.init(
            revision: settings.revision,
            batch: proof.batch,
            source: Source(
                origin: settings.origin,
                workspaceID: proof.workspaceID,
                requestID: proof.requestID,
                rewrittenFrom: proof.rewrittenFrom,
                file: proof.file
            ),
            startedAt: proof.startedAt,
            finishedAt: proof.finishedAt,
            toolVersion: settings.toolVersion,
            files: files,
            found: proof.found,
            emptyLines: proof.emptyLines,
            duplicateLines: proof.duplicateLines,
            rejectedLines: proof.rejectedLines,
            rejected: proof.rejected,
            linesDigest: proof.linesDigest,
            derivations: settings.derivations,
            prices: proof.prices,
            summaries: Self.text(of: proof.summaries)
        )
        isJoinPending = settings.requestsJoin
    }

    /// Returns the JSON text of each summary by name; equal summaries have equal text.
    static func text(of summaries: SummarySet) -> [String: [UInt8]] {
        var texts: [String: [UInt8]] = [:]
        for summary in summaries.summaries { texts[type(of: summary).name] = summary.node.text }
        return texts
    }

    /// What is known about the raw lines, even if the raw file was pruned; nil if the manifest lists none.
    package var archivedLines: ArchivedLines? {
        let raw = files[.raw]
        let received = raw?.received ?? raw?.content ?? pruned[.raw]?.content
        guard linesDigest != nil || received != nil || found.isEmpty else { return nil }
        return ArchivedLines(
            digest: linesDigest ?? (found.isEmpty ? LinesDigest() : nil),
            receivedSHA256: received?.sha256
        )
    }

    /// Returns the batch's summary of one kind; nil if the manifest has none, or one that this version cannot read.
    package func summary<S: Summary>(_ kind: S.Type) -> S? {
        summaries[kind.name].flatMap { try? kind.init(json: $0) }
    }
}
