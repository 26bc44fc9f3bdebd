import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchJoin
import BatchPipeline
import MessageBatches

/// `batchkeep export`: fetches the results of ended batches into an archive.
///
/// Runs as a nightly job.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Download the results of ended batches into an archive and prove that nothing is missing.",
        discussion: """
            Batches that are already in the archive are skipped. Later runs retry what failed, with growing pauses.

            Without --since and --until, the first run lists the last 30 days, and so does one run per week. Other \
            runs start at the oldest batch that is not archived yet.

            Examples:
              batchkeep export --since 2024-08-01
              batchkeep export --since 7d --wait-ended 24h --dry-run
              batchkeep export --since 30d --join samples/metadata/catalog.csv
            """
    )

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup(title: "Which batches")
    var status: StatusOptions

    @OptionGroup(title: "Which batches")
    var shard: ShardOptions

    @OptionGroup var archive: ArchivePathOption

    @OptionGroup(title: HelpText.advanced)
    var compression: CompressionOptions

    @OptionGroup(title: HelpText.advanced)
    var lock: LockOptions

    @OptionGroup(title: "Join")
    var join: JoinOptions

    @OptionGroup(title: "Join")
    var joinedRows: JoinOutputOptions

    @Flag(help: "Quarantine a batch that lacks a result for an ID in its join source.")
    var requireAll = false

    @OptionGroup(title: HelpText.advanced)
    var limits: LimitOptions

    @Option(
        help: ArgumentHelp(
            "Wait up to this time for selected batches that are pending, and archive each as soon as it ends.",
            valueName: "time"
        )
    )
    var waitEnded: String?

    @Flag(help: "List the whole window again, including periods that are complete.")
    var fullList = false

    @Flag(help: "Retry all failed batches now, including those whose retry is scheduled for later.")
    var retryAll = false

    @Option(help: ArgumentHelp("Warn about batches that are not archived and have fewer days left.", valueName: "n"))
    var warnDays = 4

    @OptionGroup var common: CommonRunOptions

    @OptionGroup var format: FormatOptions<ReportFormat>

    @OptionGroup var service: ServiceOptions

    @OptionGroup(title: HelpText.advanced)
    var connection: ConnectionOptions

    @OptionGroup(title: HelpText.advanced)
    var pages: PageOptions

    @OptionGroup(title: "Reporting")
    var reporting: ReportingOptions

    @OptionGroup(title: "Statistics")
    var prices: PriceOptions

    @OptionGroup(title: "Statistics")
    var statistics: RunStatisticsOptions

    func run() async throws {
        let context = CommandContext.current
        let observer = reporting.observer(in: context, isQuiet: common.quiet, isVerbose: common.verbose)
        let reporter = RunReporter(reporting, caFile: connection.caFile, isDryRun: common.dryRun, observer: observer)
        await reporter.start()
        let summary = try await RunCancellation.onSignal { cancellation in
            await ExportSession(self, observer: observer, cancellation: cancellation).run()
        }
        await reporter.end([summary], status: summary.status, document: summary.document)
        try context.end(with: summary.status) {
            if format.isJSON { try context.writeDocument(summary.document) }
        }
    }

    /// Checks all options before anything is changed.
    func check(now: Timestamp) throws(CommandFailure) {
        try format.check()
        try reporting.check()
        try service.check()
        try connection.check()
        try pages.check()
        _ = try settings(clock: ContinuousClock())
        _ = try limits.runtime()
        _ = try statistics.pattern()
        _ = try lock.seconds()
        if requireAll, !join.isWanted { throw .conflict("--require-all: can only be used with --join") }
        try BatchCommands.check(warnDays, 0...MessageBatch.retentionDays, "--warn-days")
        _ = try selection(now: now)
    }

    /// The batches to export.
    func selection(now: Timestamp) throws(CommandFailure) -> ExportSelection {
        let statuses = try status.statuses()
        if let statuses, !statuses.contains(.ended) { throw .exportNeedsEnded }
        return ExportSelection(
            window: try window.window(now: now),
            filter: BatchFilter(statuses: statuses, ids: window.ids, shard: try shard.part()),
            pageSize: pages.size
        )
    }

    /// Reports that the server limited the pages of the listing to a size.
    func reportPages(of size: Int, to observer: any RunObserver) {
        let message = pages.limited(to: size)
        if message.kind == .warning { observer.warn(message.text) } else { observer.note(message.text) }
    }

    /// The settings of the run; `clock` measures the wait for pending batches.
    func settings(clock: some Clock<Duration>) throws(CommandFailure) -> ExportSettings {
        var settings = try limits.settings(requestsPerMinute: connection.maxRpm)
        let start = clock.now
        settings.wait = try TimeSpan(waitEnded, "--wait-ended")
            .map { WaitLimit($0.duration) { start.duration(to: clock.now) } }
        return settings
    }

    /// The join at the end of the run, if the options request one.
    func exportJoin() throws -> ExportJoin? {
        guard join.isWanted, !common.dryRun else { return nil }
        return try ExportJoin(join.settings(joinedRows, archive, compression))
    }
}
