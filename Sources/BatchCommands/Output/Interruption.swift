import BatchArchive
import BatchCatalog
import BatchPipeline
import MessageBatches
import Tables

/// The report of a run that a signal stopped: what is archived, what is kept of the rest, and how to resume.
struct Interruption {
    /// What the run archived, as a clause.
    let sentence: String
    /// The downloads that the next run resumes, as a clause.
    let kept: String
    /// How to resume; nil for one source of a pipeline file, because one command resumes all of them.
    let hint: String?

    /// Creates the report; nil if the run ended by itself.
    init?(_ summary: ExportSummary) {
        guard summary.signal != nil, summary.report.wasCancelled else { return nil }
        let results = summary.report.lines.values.reduce(0) { $0.addingClamped($1) }
        let archived = summary.report.archivedNow
        sentence =
            archived == 0
            ? "interrupted: nothing was archived"
            : "interrupted: archived \(archived.counted("batch", "batches")) with "
                + results.counted("result", "results")
        let partial = summary.partial ?? PartialDownloads()
        kept =
            partial.batches == 0
            ? "partial: no batch"
            : "partial: \(partial.batches.counted("batch", "batches")), "
                + "\(NumberText.bytes(Double(partial.receivedBytes))) kept"
        hint = summary.source == nil ? Self.hint(summary.arguments, readsInput: summary.isShared) : nil
    }

    /// Writes the three lines to standard error.
    func print(in context: CommandContext) {
        context.report(.warning, sentence, details: [kept], hint: hint)
    }

    /// The hint to repeat a command, which is named if it contains no secret.
    static func hint(_ arguments: [String], readsInput: Bool = false) -> String {
        let again = "to resume, run the same command again" + (readsInput ? " with the same input" : "")
        guard CatalogRun.withoutSecrets(arguments) == arguments else { return again }
        return "\(again): \((["batchkeep"] + arguments).map(\.shellQuoted).joined(separator: " "))"
    }
}

/// The interrupted downloads that a stopped run leaves in `_partial`.
struct PartialDownloads: Sendable, Hashable {
    var batches = 0
    /// The received bytes that the next run need not store again.
    var receivedBytes = 0
}

extension PartialDownloads {
    /// Counts the interrupted downloads of an archive, except those of batches that the report counts as failed.
    ///
    /// In a shared run, it counts only the batches of that run: another process may be downloading the others. If the
    /// folder cannot be read, it counts nothing; the next run reports the error.
    init(in folder: ArchiveFolder, of asked: RequestedBatches?, after report: ExportReport) {
        let ids = asked.map { $0.ids.union($0.batches.map(\.id)) }
        let failed = Set(report.problems.map(\.batch.id))
        let journals = (try? ArchiveReader(folder).partialDownloads()) ?? []
        for journal in journals {
            let id = journal.batch.id
            guard ids?.contains(id) ?? true, !failed.contains(id) else { continue }
            batches += 1
            receivedBytes = receivedBytes.addingClamped(journal.receivedBytes)
        }
    }
}
