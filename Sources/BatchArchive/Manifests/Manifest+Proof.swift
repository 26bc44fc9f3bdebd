package import BatchPipeline
import FoundationEssentials

extension Manifest {
    /// The manifest of a batch whose files are written.
    init(_ proof: BatchProof, files: [DataKind: ArchivedFile], settings: ArchiveSettings) throws {
        self.init(
            revision: settings.revision,
            batch: proof.batch,
            source: Source(
                origin: settings.origin,
                workspaceID: proof.workspaceID,
                requestID: proof.requestID,
                rewrittenFrom: proof.rewrittenFrom
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
            derivations: settings.derivations,
            summaries: try Self.text(of: proof.summaries)
        )
    }

    /// Each summary as JSON, keys sorted, so that equal summaries have equal text.
    static func text(of summaries: SummarySet) throws -> [String: [UInt8]] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var texts: [String: [UInt8]] = [:]
        for summary in summaries.summaries {
            texts[type(of: summary).name] = [UInt8](try encoder.encode(summary))
        }
        return texts
    }

    /// The batch's summary of one kind; nil if the manifest has none, or one that this version cannot read.
    package func summary<S: Summary>(_ kind: S.Type) -> S? {
        summaries[kind.name].flatMap { try? kind.init(json: $0) }
    }
}
