import BatchAnalytics
import BatchArchive
import BatchJoin
import BatchPipeline
import MessageBatches
import Tables

/// The join sources of `select`; none without `--join`.
struct SelectionSources {
    private let sources: ColumnSources?
    /// The selected batches; only known if a source has one file per batch.
    private var batches: [String] = []

    /// Opens the sources for all batches.
    init(_ options: JoinOptions) throws {
        sources = try options.isWanted ? ColumnSources(options.readingSettings()) : nil
    }

    /// Lists the selected batches, if a source has one file per batch, and reports sources that no batch has.
    mutating func list(
        _ archives: [ArchiveFolders.Entry],
        _ window: BatchWindow,
        ids: Set<String>?,
        _ context: CommandContext
    ) async throws {
        guard arePerBatch else { return }
        for archive in archives {
            // The scan reports manifests that cannot be read.
            batches += try await archive.manifests(window, ids: ids).manifests.map(\.batch.id)
        }
        for pattern in sources?.unmatchedPatterns(of: batches) ?? [] { context.report(.warning, pattern.sentence) }
    }

    /// Whether a source has one file per batch.
    var arePerBatch: Bool { sources?.arePerBatch ?? false }

    /// Returns the plan that `make` makes of the names of the columns; nil means no sources.
    func withNames(_ make: (JoinedColumnNames?) throws -> SelectionPlan) throws -> SelectionPlan {
        guard let sources else { return try make(nil) }
        return try sources.withNames(batches: batches) { try make($0) }
    }

    /// The batches to scan together: all of them, or each alone if it has sources of its own.
    func parts(of manifests: [Manifest]) -> [[Manifest]] {
        arePerBatch ? manifests.map { [$0] } : [manifests]
    }

    /// The rows of the sources for some batches that are scanned together.
    func rows(for manifests: [Manifest], _ plan: SelectionPlan) throws -> SourceRows? {
        guard let sources, let names = plan.joined else { return nil }
        return try sources.rows(ofBatch: manifests.first?.batch.id ?? "", named: names)
    }

    func checkUnchanged() throws {
        try sources?.checkUnchanged()
    }
}

// MARK: Messages

extension SelectionSources {
    /// Reports rows that are not used, and columns that the plan does not take from a source.
    func report(_ plan: SelectionPlan, in context: CommandContext) {
        for source in sources?.findings ?? [] {
            let parts = [
                source.duplicateKeys > 0 ? "\(source.duplicateKeys.counted("row repeats", "rows repeat")) a key" : nil,
                source.skippedRows > 0 ? "\(source.skippedRows.counted("row was", "rows were")) skipped" : nil,
            ]
            let problems = parts.compactMap(\.self)
            guard !problems.isEmpty else { continue }
            context.report(
                .warning,
                "join source '\(source.path)': \(problems.joined(separator: ", "))",
                details: source.notes
            )
        }
        for (name, other) in plan.hidden {
            context.report(.note, "column '\(name)' is of the results: for the column of the source use '\(other)'")
        }
    }

    /// Reports that the source of a batch cannot be read, and returns the exit status for it.
    ///
    /// The other batches are read.
    func report(_ failure: JoinFailure, ofBatch id: String, in context: CommandContext) -> ExitStatus {
        let text = FailureText(failure)
        context.report(.error, "\(id) not printed completely: \(text.sentence)", hint: text.advice)
        return text.status
    }
}
