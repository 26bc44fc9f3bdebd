import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchPipeline
import BatchService
import MessageBatches

/// `batchkeep export`: the nightly job.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Fetch the results of ended batches into an archive, with proof that nothing is missing.",
        discussion: """
            Batches already in the archive are skipped. What fails is tried again by later runs, with growing pauses.
            Without --since and --until the window is the last 30 days at first and once a week, otherwise from the
            oldest batch on that is not archived yet.
            """
    )

    /// What goes to standard output at the end.
    enum OutputKind: String, ExpressibleByArgument, CaseIterable {
        case none
        case json
    }

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup(title: "Which batches")
    var status: StatusOptions

    @OptionGroup(title: "Archive")
    var archive: ArchiveOptions

    @OptionGroup(title: "Archive")
    var lock: LockOptions

    @Flag(help: "List the whole window, also what earlier runs have settled.")
    var fullList = false

    @Flag(help: "Try every batch, also those whose next try is later.")
    var retryAll = false

    @Option(help: ArgumentHelp("Warn of batches that are not archived and have fewer days left.", valueName: "n"))
    var warnDays = 4

    @Option(help: ArgumentHelp("Batches to fetch at once.", valueName: "n"))
    var concurrency = 4

    @Option(help: ArgumentHelp("The longest result line accepted, in bytes.", valueName: "n"))
    var maxLineBytes = 64 * 1_048_576

    @Flag(help: "Say what would be fetched; write nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("json writes one JSON document about the run to standard output.", valueName: "kind"))
    var output: OutputKind = .none

    @Flag(help: "No progress and no closing table; errors are still told.")
    var quiet = false

    @OptionGroup(title: "Service")
    var service: ServiceOptions

    func run() async throws {
        let context = CommandContext.current
        let selection = try selection(now: context.now())
        try check(concurrency, 1...64, "--concurrency")
        try check(warnDays, 0...MessageBatch.retentionDays, "--warn-days")
        _ = try lock.seconds()
        try check(maxLineBytes, 1_024...2_000_000_000, "--max-line-bytes")
        let progress = ExportProgress(context: context, isQuiet: quiet)
        let connection = try ServiceConnection(service, context: context, onRetry: progress.note)
        let status = try await SignalWatch.run { signals in
            try await connection.use { client in
                if dryRun {
                    let sink = try archive.openReadOnly(origin: client.origin)
                    let catalog = try await CatalogFile(folder: sink.folder, warn: context.note).openToLook()
                    return try await export(selection, to: sink, catalog, from: connection, progress, signals)
                }
                let open = try await archive.open(origin: client.origin, lock: lock)
                let catalog = try await CatalogFile(folder: open.sink.folder, warn: context.note).openForRun()
                let status = try await export(
                    selection,
                    to: open.sink,
                    catalog,
                    from: connection,
                    progress,
                    signals
                )
                open.close()
                return status
            }
        }
        guard status == .done else { throw CommandEnding(status: status) }
    }

    private func export(
        _ asked: ExportSelection,
        to sink: FileArchive,
        _ catalog: Catalog,
        from connection: ServiceConnection,
        _ progress: ExportProgress,
        _ signals: SignalWatch
    ) async throws -> ExitStatus {
        let context = CommandContext.current
        let startedAt = context.now()
        let record = dryRun ? nil : RunRecord(catalog, startedAt: startedAt, context: context)
        let selection = planned(asked, by: catalog, origin: connection.client.origin, now: startedAt)
        let ledger = ledger(in: catalog, origin: connection.client.origin, context: context)
        let run = ExportRun(
            ports: ports(from: connection, to: sink, progress, context),
            settings: ExportSettings(concurrency: concurrency, maxLineBytes: maxLineBytes),
            ledger: ledger
        )
        let report = await run.run(selection, isDryRun: dryRun)
        progress.finish()
        let ending = ExportEnding(
            report: report,
            standing: ledger.standing(at: report.serverDate ?? context.now(), warnDays: warnDays),
            selection: selection,
            archivePath: archive.path,
            isDryRun: dryRun,
            keyPlace: connection.keyPlace,
            signal: signals.status,
            startedAt: startedAt,
            finishedAt: context.now()
        )
        record?.finish(ending, ledger, in: sink.folder, warn: context.note)
        try ending.tell(in: context, isQuiet: quiet, writesJSON: output == .json)
        return ending.status
    }

    private func ports(
        from connection: ServiceConnection,
        to sink: FileArchive,
        _ progress: ExportProgress,
        _ context: CommandContext
    ) -> ExportPorts {
        ExportPorts(
            lister: connection.client,
            source: connection.client,
            archive: sink,
            summaries: SummarySet(SummaryRegistry.kinds),
            now: context.now,
            pause: { try await Task.sleep(for: $0) },
            observe: progress.observe
        )
    }

    /// The selection with the window the catalog advises, told to the user.
    private func planned(
        _ asked: ExportSelection,
        by catalog: Catalog,
        origin: String,
        now: Timestamp
    ) -> ExportSelection {
        let context = CommandContext.current
        var plan = WindowPlan(origin: origin, now: now)
        do {
            plan = try WindowPlan(catalog, origin: origin, now: now)
        } catch {
            context.note(FailureText.withoutCatalog(error))
        }
        let selection = asked.resolved(by: plan, isFull: fullList)
        if !quiet {
            context.note("Exporting \(selection.sentence) to \(archive.path).")
            if let settled = selection.settled { context.note(FailureText.settledPast(settled.end)) }
        }
        if let warning = selection.warning(about: plan.unsettled) { context.note(warning) }
        return selection
    }

    private func ledger(in catalog: Catalog, origin: String, context: CommandContext) -> CatalogLedger {
        CatalogLedger(
            catalog,
            CatalogLedger.Options(
                origin: origin,
                // Whoever names a batch wants it now.
                ignoresPauses: retryAll || !window.batch.isEmpty,
                writes: !dryRun,
                now: context.now,
                warn: context.note
            )
        )
    }

    private func selection(now: Timestamp) throws(CommandFailure) -> ExportSelection {
        let statuses = try status.statuses()
        if let statuses, !statuses.contains(.ended) { throw .exportNeedsEnded }
        return ExportSelection(
            window: try window.window(now: now),
            filter: BatchFilter(statuses: statuses, ids: window.ids),
            pageSize: service.pageSize
        )
    }
}

extension ExportSelection {
    /// What the run is about, for its first line.
    var sentence: String {
        guard let ids = filter.ids else { return "\(window.sentence)" }
        return ids.count == 1 ? "batch \(ids.first ?? "")" : "\(ids.count) batches"
    }
}
