import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchPipeline
import BatchService
import MessageBatches

/// `batchkeep export`: the nightly job.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Fetch the results of ended batches into an archive, with proof that nothing is missing.",
        discussion: """
            Batches already in the archive are skipped. What fails is tried again by the next run.
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

    @OptionGroup(title: "Telling others")
    var reporting: ReportingOptions

    @OptionGroup(title: "Figures")
    var figures: RunFigureOptions

    func run() async throws {
        let context = CommandContext.current
        let watcher = reporting.watcher(in: context, isQuiet: quiet)
        let reporter = RunReporter(reporting, service: service, isDryRun: dryRun, watcher: watcher)
        await reporter.start()
        let ending = try await SignalWatch.run { signals in await perform(telling: watcher, signals) }
        await reporter.end([RunMetrics.Run(source: nil, ending: ending)], status: ending.status)
        if output == .json { try context.writeDocument(ending.document) }
        guard ending.status == .done else { throw CommandEnding(status: ending.status) }
    }

    /// Runs to the end, whatever that is; what went wrong stands in the ending and has been told.
    func perform(telling watcher: any RunWatcher, _ signals: SignalWatch) async -> ExportEnding {
        await CommandContext.$current.withValue(watcher.context) {
            let startedAt = watcher.context.now()
            let ending: ExportEnding
            do {
                ending = try await export(telling: watcher, signals)
            } catch {
                ending = stopped(by: error, startedAt: startedAt, signals)
            }
            watcher.tell(ending)
            return ending
        }
    }

    private func export(telling watcher: any RunWatcher, _ signals: SignalWatch) async throws -> ExportEnding {
        try Task.checkCancellation()
        let context = watcher.context
        let selection = try check(now: context.now())
        let figures = try figures.collector()
        let connection = try ServiceConnection(service, context: context, onRetry: watcher.note)
        return try await connection.use { client in
            if dryRun {
                let sink = try archive.openReadOnly(origin: client.origin)
                return await export(selection, to: sink, from: connection, watcher, figures, signals)
            }
            let open = try archive.open(origin: client.origin, context: context)
            let ending = await export(selection, to: open.sink, from: connection, watcher, figures, signals)
            open.close()
            return ending
        }
    }

    private func export(
        _ selection: ExportSelection,
        to sink: FileArchive,
        from connection: ServiceConnection,
        _ watcher: any RunWatcher,
        _ figures: RunFigures,
        _ signals: SignalWatch
    ) async -> ExportEnding {
        let context = CommandContext.current
        if !quiet { context.note("Exporting \(selection.sentence) to \(archive.path).") }
        let startedAt = context.now()
        let ports = ExportPorts(
            lister: connection.client,
            source: connection.client,
            archive: sink,
            summaries: SummarySet(SummaryRegistry.kinds),
            now: context.now,
            pause: { try await Task.sleep(for: $0) },
            observe: { event in
                watcher.observe(event)
                figures.observe(event)
            }
        )
        let settings = ExportSettings(concurrency: concurrency, maxLineBytes: maxLineBytes)
        let report = await ExportRun(ports: ports, settings: settings).run(selection, isDryRun: dryRun)
        let settled =
            dryRun
            ? nil
            : await figures.settle(report, of: selection, in: sink.folder, startedAt: startedAt, now: context.now())
        return ExportEnding(
            report: report,
            selection: selection,
            archivePath: archive.path,
            isDryRun: dryRun,
            keyPlace: connection.keyPlace,
            signal: signals.status,
            startedAt: startedAt,
            finishedAt: context.now(),
            figures: settled
        )
    }

    /// The ending of a run that came to no figures.
    private func stopped(by error: any Error, startedAt: Timestamp, _ signals: SignalWatch) -> ExportEnding {
        let now = CommandContext.current.now()
        var report = ExportReport(summaries: SummarySet(SummaryRegistry.kinds))
        report.stop = error
        return ExportEnding(
            report: report,
            // Without figures the window only says what was asked for.
            selection: (try? selection(now: now)) ?? ExportSelection(window: BatchWindow(), filter: BatchFilter()),
            archivePath: archive.path,
            isDryRun: dryRun,
            keyPlace: "the key",
            signal: signals.status,
            startedAt: startedAt,
            finishedAt: now
        )
    }

    /// What is asked for; refuses what no run could do, before anything is touched.
    func check(now: Timestamp) throws(CommandFailure) -> ExportSelection {
        try reporting.check()
        try service.check()
        try BatchCommands.check(concurrency, 1...64, "--concurrency")
        try BatchCommands.check(maxLineBytes, 1_024...2_000_000_000, "--max-line-bytes")
        return try selection(now: now)
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
