import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchPipeline
import BatchService
import MessageBatches
import Prices
import Tables

/// `batchkeep reconcile`: compares archived batches with the usage and cost reports of the API.
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Compare tokens and costs of archived batches with the usage and cost reports of the API.",
        discussion: """
            \(Reconciliation.rule)

            Needs an Admin key, in ANTHROPIC_ADMIN_KEY or from --admin-key-file or --admin-key-command. The reports \
            are about the organization; only the workspaces of the archive are compared. Days are those of UTC. For \
            other times, tokens are compared by the hour, and costs for whole days only.

            The exit status is 8 if a value is outside its range.

            Examples:
              batchkeep reconcile --since 2024-08-01 --until 2024-11-01
              batchkeep reconcile --during 2025-01 --format csv
            """
    )

    @OptionGroup var window: ReportWindowOptions

    @OptionGroup var folder: ArchivePathOption

    @OptionGroup var format: FormatOptions<TableFormat>

    @OptionGroup var prices: PriceOptions

    @OptionGroup var admin: AdminOptions

    @OptionGroup(title: HelpText.advanced)
    var connection: ConnectionOptions

    func run() async throws {
        let context = CommandContext.current
        let format = try format.resolved(outputIsTerminal: context.outputIsTerminal)
        let window = try window.window(context)
        let prices = try prices.source()
        let empty = ArchivedUsage(window: window, models: prices.table)
        let source = try ArchiveStatistics(
            path: folder.path,
            selection: empty.selection,
            prices: prices.requested
        )
        let service = try await ServiceConnection(admin, connection, context: context)
        let report = try await service.use { client in
            try await client.usageReport(ReportQuery(since: window.start, until: window.end)) { refusal in
                context.report(.note, "\(FailureText.clause(refusal)); the newer reports are read instead")
            }
        }
        let reading = try await source.fold([TokenSummary.self], into: empty) {
            $0.add($1)
        } merge: {
            $0.merge($1)
        }
        let facts = try await facts(about: source, at: service.client.origin, context)
        let reconciliation = Reconciliation(reading.result, with: report, facts: facts)
        let table = reconciliation.table(
            forPeople: format.isForPeople,
            notes: reading.notice.notes(in: format) + [prices.statement]
        )
        try context.print(table, as: format)
        try reading.notice.report(in: context, outputHasNotes: format.isForPeople)
        let counts = reconciliation.counts
        guard counts.different == 0 else {
            context.report(
                .error,
                "\(counts.different.counted("value differs", "values differ")) from the reports of the API"
            )
            throw CommandExit(status: .threshold)
        }
    }

    /// What the catalogs know about batches that are not archived.
    private func facts(
        about source: ArchiveStatistics,
        at origin: String,
        _ context: CommandContext
    ) async throws -> ReconciliationFacts {
        var facts = ReconciliationFacts(now: context.now())
        for archive in source.archives {
            let file = CatalogFile(folder: archive.folder) { context.report(.warning, FailureText.text(of: $0)) }
            let catalog = try await file.openForReading()
            for batch in try catalog.batches(in: LocalState.allCases.filter { $0 != .archived }) {
                facts.gaps.append(
                    ReconciliationFacts.Gap(
                        createdAt: batch.createdAt,
                        endedAt: batch.endedAt,
                        isRemoved: batch.state.isFinal
                    )
                )
            }
            facts.listed.append(try catalog.completedWindows(of: origin, now: facts.now).windows)
        }
        return facts
    }
}
