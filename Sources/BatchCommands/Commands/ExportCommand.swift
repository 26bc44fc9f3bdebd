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

    @OptionGroup(title: "Join")
    var join: JoinOptions

    @OptionGroup(title: "Join")
    var joinedRows: JoinOutputOptions

    @Flag(help: "Quarantine a batch that lacks a result for an id its join source names.")
    var requireAll = false

    @OptionGroup(title: "Limits")
    var limits: LimitOptions

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
        // What is wrong with them is told before anything is asked.
        _ = try limits.settings()
        let runtime = try limits.runtime()
        if requireAll, !join.isWanted { throw CommandFailure.conflict("--require-all needs a source: add --join.") }
        let progress = ExportProgress(context: context, isQuiet: quiet)
        let connection = try ServiceConnection(service, context: context, onRetry: progress.note)
        let status = try await SignalWatch.run(atMost: runtime?.duration, on: context.clock) { signals in
            try await connection.use { client in
                if dryRun {
                    let sink = try archive.openReadOnly(origin: client.origin)
                    return try await export(selection, to: sink, from: connection, progress, signals)
                }
                let open = try archive.open(origin: client.origin, context: context)
                let status = try await export(selection, to: open.sink, from: connection, progress, signals)
                open.close()
                return status
            }
        }
        guard status == .done else { throw CommandEnding(status: status) }
    }

    private func export(
        _ selection: ExportSelection,
        to sink: FileArchive,
        from connection: ServiceConnection,
        _ progress: ExportProgress,
        _ signals: SignalWatch
    ) async throws -> ExitStatus {
        let context = CommandContext.current
        if !quiet { context.note("Exporting \(selection.sentence) to \(archive.path).") }
        let startedAt = context.now()
        let joining =
            try join.isWanted && !dryRun
            ? ExportJoin(join.settings(joinedRows, archive), archivePath: archive.path) : nil
        let ports = ExportPorts(
            lister: connection.client,
            source: connection.client,
            archive: sink,
            summaries: SummarySet(SummaryRegistry.kinds),
            now: context.now,
            pause: { [clock = context.clock] in try await clock.sleep(for: $0) },
            observe: { [observeArchived = joining?.observe] event in
                progress.observe(event)
                observeArchived?(event)
            },
            expectedIDs: requireAll ? try joining?.requiredIDs(isForOneBatch: window.ids?.count == 1) : nil
        )
        var report = await ExportRun(ports: ports, settings: try limits.settings()).run(selection, isDryRun: dryRun)
        if report.wasCancelled, signals.isOutOfTime, let runtime = try limits.runtime() {
            report.stop = CommandFailure.maxRuntime(runtime)
        }
        progress.finish()
        let joined = await joining?.run(in: sink, after: &report)
        let ending = ExportEnding(
            report: report,
            selection: selection,
            archivePath: archive.path,
            isDryRun: dryRun,
            keyPlace: connection.keyPlace,
            signal: signals.status,
            startedAt: startedAt,
            finishedAt: context.now(),
            join: joined
        )
        try ending.tell(in: context, isQuiet: quiet, writesJSON: output == .json)
        return ending.status
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
