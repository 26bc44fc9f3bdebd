import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchJoin
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

    @OptionGroup(title: "Which batches")
    var shard: ShardOptions

    @OptionGroup(title: "Archive")
    var archive: ArchiveOptions

    @OptionGroup(title: "Archive")
    var lock: LockOptions

    @OptionGroup(title: "Join")
    var join: JoinOptions

    @OptionGroup(title: "Join")
    var joinedRows: JoinOutputOptions

    @Flag(help: "Quarantine a batch that lacks a result for an id its join source names.")
    var requireAll = false

    @OptionGroup(title: "Limits")
    var limits: LimitOptions

    @Flag(help: "List the whole window, also what earlier runs have settled.")
    var fullList = false

    @Flag(help: "Try every batch, also those whose next try is later.")
    var retryAll = false

    @Option(help: ArgumentHelp("Warn of batches that are not archived and have fewer days left.", valueName: "n"))
    var warnDays = 4

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
            // A wrong one is told by the check.
            let time = RunTime(try? limits.runtime(), on: watcher.context.clock)
            let ending: ExportEnding
            do {
                ending = try await time.run { try await export(telling: watcher, signals, time) }
            } catch {
                ending = stopped(by: error, startedAt: startedAt, signals)
            }
            watcher.tell(ending)
            return ending
        }
    }

    private func export(
        telling watcher: any RunWatcher,
        _ signals: SignalWatch,
        _ time: RunTime
    ) async throws -> ExportEnding {
        try Task.checkCancellation()
        let context = watcher.context
        let asked = try check(now: context.now())
        let figures = try figures.collector()
        let connection = try ServiceConnection(service, context: context, onRetry: watcher.note)
        return try await connection.use { client in
            if dryRun {
                let sink = try archive.openUnlocked(origin: client.origin)
                let catalog = try await CatalogFile(folder: sink.folder) { watcher.warn(FailureText.text(of: $0)) }
                    .openForReading()
                let job = Job(
                    asked: asked,
                    sink: sink,
                    catalog: catalog,
                    connection: connection,
                    figures: figures,
                    watcher: watcher,
                    signals: signals,
                    time: time
                )
                return try await export(job)
            }
            let open = try await archive.open(origin: client.origin, lock: lock, prices: figures.prices.table)
            let catalog = try await CatalogFile(folder: open.sink.folder) { watcher.warn(FailureText.text(of: $0)) }
                .openForRun()
            let job = Job(
                asked: asked,
                sink: open.sink,
                catalog: catalog,
                connection: connection,
                figures: figures,
                watcher: watcher,
                signals: signals,
                time: time
            )
            let ending = try await export(job)
            open.close()
            return ending
        }
    }

    /// What an export works with, once everything is open.
    private struct Job {
        let asked: ExportSelection
        let sink: FileArchive
        let catalog: Catalog
        let connection: ServiceConnection
        let figures: RunFigures
        let watcher: any RunWatcher
        let signals: SignalWatch
        let time: RunTime
    }

    private func export(_ job: Job) async throws -> ExportEnding {
        let context = job.watcher.context
        let origin = job.connection.client.origin
        let startedAt = context.now()
        let selection = planned(job.asked, by: job.catalog, origin: origin, now: startedAt, job.watcher)
        let ledger = ledger(in: job.catalog, origin: origin, job.watcher)
        ledger.begin(
            CatalogRun(
                command: context.commandName,
                arguments: context.arguments,
                version: BatchkeepVersion.current,
                startedAt: startedAt
            )
        )
        let joining =
            try join.isWanted && !dryRun
            ? ExportJoin(join.settings(joinedRows, archive)) : nil
        let run = ExportRun(ports: try ports(of: job, joining), settings: try limits.settings(), ledger: ledger)
        var report = await run.run(selection, isDryRun: dryRun)
        if report.wasCancelled, let span = job.time.exceeded { report.stop = CommandFailure.maxRuntime(span) }
        let joined = await joining?.run(in: job.sink, after: &report)
        let folder = job.sink.folder
        let settled =
            dryRun
            ? nil
            : await job.figures.settle(report, of: selection, in: folder, startedAt: startedAt, now: context.now())
        let ending = ExportEnding(
            report: report,
            standing: ledger.retentionReport(at: report.serverDate ?? context.now(), warnDays: warnDays),
            selection: selection,
            archivePath: archive.path,
            isDryRun: dryRun,
            keyPlace: job.connection.keyPlace,
            signal: job.signals.status,
            startedAt: startedAt,
            finishedAt: context.now(),
            figures: settled,
            join: joined.map { JoinEnding(report: $0, archivePath: archive.path) }
        )
        ledger.finish(in: folder) { run in
            run.finishedAt = ending.finishedAt
            run.counts = ending.counts
            run.exitStatus = ending.status.rawValue
            run.error = ending.stop?.sentence
        }
        return ending
    }

    private func ports(of job: Job, _ joining: ExportJoin?) throws -> ExportPorts {
        var ports = job.connection.ports(to: job.sink, in: job.watcher.context) {
            [observeArchived = joining?.observe] event in
            job.watcher.observe(event)
            job.figures.observe(event)
            observeArchived?(event)
        }
        if requireAll { ports.expectedIDs = try joining?.requiredIDs(isForOneBatch: window.ids?.count == 1) }
        return ports
    }

    /// The ending of a run that came to no figures.
    private func stopped(by error: any Error, startedAt: Timestamp, _ signals: SignalWatch) -> ExportEnding {
        let now = CommandContext.current.now()
        return ExportEnding(
            stoppedBy: error,
            // Without figures the window only says what was asked for.
            selection: (try? selection(now: now)) ?? ExportSelection(window: BatchWindow(), filter: BatchFilter()),
            archivePath: archive.path,
            isDryRun: dryRun,
            signal: signals.status,
            startedAt: startedAt,
            finishedAt: now
        )
    }

    /// What is asked for; refuses what no run could do, before anything is touched.
    func check(now: Timestamp) throws(CommandFailure) -> ExportSelection {
        try reporting.check()
        try service.check()
        _ = try limits.settings()
        _ = try limits.runtime()
        _ = try lock.seconds()
        if requireAll, !join.isWanted { throw .conflict("--require-all needs a source: add --join.") }
        try BatchCommands.check(warnDays, 0...MessageBatch.retentionDays, "--warn-days")
        return try selection(now: now)
    }

    private func selection(now: Timestamp) throws(CommandFailure) -> ExportSelection {
        let statuses = try status.statuses()
        if let statuses, !statuses.contains(.ended) { throw .exportNeedsEnded }
        return ExportSelection(
            window: try window.window(now: now),
            filter: BatchFilter(statuses: statuses, ids: window.ids, shard: try shard.part()),
            pageSize: service.pageSize
        )
    }
}
