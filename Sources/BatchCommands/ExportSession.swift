import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchJoin
import BatchPipeline
import BatchService
import MessageBatches

/// Runs one export: opens the archive and the catalog, connects to the API, exports, and records the run.
///
///     let session = ExportSession(command, observer: observer, cancellation: cancellation)
///     let summary = await session.run()
///
/// `export`, `run` and `retry-quarantine` list the batches and lock the whole archive. `fetch` is given the batches and
/// locks one batch at a time, so that several processes can share the archive.
struct ExportSession: Sendable {
    private let options: ExportCommand
    /// The batches of a run that shares the archive, or nil if the run lists its batches and locks the archive.
    private let asked: RequestedBatches?
    private let observer: any RunObserver
    private let cancellation: RunCancellation
    /// The source in a pipeline file that this run exports, if any.
    private let source: String?

    private var context: CommandContext { observer.context }

    /// Creates a session that `cancellation` can stop, possibly together with others.
    init(
        _ options: ExportCommand,
        asked: RequestedBatches? = nil,
        source: String? = nil,
        observer: any RunObserver,
        cancellation: RunCancellation
    ) {
        self.options = options
        self.asked = asked
        self.source = source
        self.observer = observer
        self.cancellation = RunCancellation(within: cancellation)
    }

    /// Runs the export and reports its summary to the observer.
    ///
    /// This function does not throw: an error is part of the summary.
    func run() async -> ExportSummary {
        // Those of the context are what the archive records for one source of a pipeline file.
        let typed = CommandContext.current.arguments
        return await CommandContext.$current.withValue(context) {
            let startedAt = context.now()
            // `options.check` reports an invalid limit.
            let timeLimit = try? options.limits.runtime()
            var summary: ExportSummary
            do {
                summary = try await cancellation.limit(to: timeLimit, watchesOutput: asked != nil, in: context) {
                    try await connect()
                }
            } catch {
                summary = stopped(by: error, startedAt: startedAt)
            }
            summary.arguments = typed
            observer.report(summary)
            return summary
        }
    }

    /// The catalog and the statistics of a run that does not share the archive.
    private typealias Records = (catalog: Catalog, statistics: RunStatistics)

    /// Connects to the API and opens the archive and the catalog.
    private func connect() async throws -> ExportSummary {
        try Task.checkCancellation()
        let now = context.now()
        try options.check(now: now)
        try options.archive.checkFolder(warn: observer.warn)
        let selection = try selection(now: now)
        let statistics =
            asked == nil ? try options.statistics.collector(options.prices, in: options.window.zone()) : nil
        let connection = try await ServiceConnection(options.service, options.connection, observer: observer)
        return try await connection.use { client in
            if let statistics, !options.common.dryRun {
                var settings = try options.compression.settings(origin: client.origin, prices: statistics.prices.table)
                settings.requestsJoin = options.join.isWanted
                let open = try await options.archive.open(settings, lock: options.lock)
                let catalog = try await self.catalog(in: open.sink).openForRun()
                let summary = try await export(selection, to: open.sink, (catalog, statistics), over: connection)
                open.close()
                return summary
            }
            // A dry run writes nothing, and a shared run locks one batch at a time.
            let sink = options.archive.openUnlocked(try options.compression.settings(origin: client.origin))
            var records: Records?
            if let statistics {
                let catalog = try await self.catalog(in: sink).openForReading()
                records = (catalog, statistics)
            }
            return try await export(selection, to: sink, records, over: connection)
        }
    }

    /// Runs the pipeline, joins what it archived, and records the run.
    private func export(
        _ wanted: ExportSelection,
        to sink: FileArchive,
        _ records: Records?,
        over connection: ServiceConnection
    ) async throws -> ExportSummary {
        let startedAt = context.now()
        let (origin, isDryRun) = (connection.client.origin, options.common.dryRun)
        let selection =
            records.map { self.planned(wanted, by: $0.catalog, origin: origin, now: startedAt) } ?? wanted
        let ledger = records.map { self.ledger(in: $0.catalog, origin: origin) }
        ledger?.begin(CatalogRun(in: context, startedAt: startedAt))
        let (join, run): (ExportJoin?, ExportRun)
        do {
            join = try options.exportJoin()
            if let failure = join?.failure {
                // Without the sources, no batch can be proven to contain the required IDs.
                if options.requireAll { throw failure }
                observer.warn(FailureText.unreadableJoin(failure))
            }
            run = ExportRun(
                ports: try ports(to: sink, records?.statistics, join, over: connection),
                settings: try options.settings(clock: context.clock),
                ledger: ledger ?? NoLedger()
            )
        } catch {
            record(stopped(by: error, startedAt: startedAt), by: ledger, in: sink)
            throw error
        }
        var report = if let asked { await run.run(asked) } else { await run.run(selection, isDryRun: isDryRun) }
        var effective = report.corrected ?? selection
        // It holds the catalog, which is closed at the end of the run, before the summary is used.
        effective.asOf = nil
        if !report.isListingOrdered { observer.warn(FailureText.unorderedListing) }
        if !sink.misplaced.isEmpty { observer.warn(FailureText.misplaced(sink.misplaced)) }
        if let size = report.reducedPageSize { options.reportPages(of: size, to: observer) }
        let joined = await join?.run(in: sink, of: effective, after: &report)
        if report.wasCancelled || (cancellation.isOutputClosed && report.stop == nil) {
            report.stop = cancellation.failure ?? report.stop
        }
        var statistics: RunStatistics.Outcome?
        if let records, !isDryRun {
            statistics = await records.statistics
                .finish(report, of: effective, in: sink, records.catalog, startedAt: startedAt, now: context.now())
        }
        let finishedAt = context.now()
        let summary = ExportSummary(
            source: source,
            report: report,
            retention: ledger?.retentionReport(at: report.serverDate ?? finishedAt, warnDays: options.warnDays)
                ?? RetentionReport(moment: finishedAt),
            selection: effective,
            archivePath: options.archive.path,
            isDryRun: isDryRun,
            keyPlace: connection.keyPlace,
            signal: cancellation.signalStatus,
            startedAt: startedAt,
            finishedAt: finishedAt,
            statistics: statistics,
            join: joined.map { JoinSummary(report: $0, archivePath: options.archive.path) },
            isShared: asked != nil,
            partial: report.stop == nil ? nil : PartialDownloads(in: sink.folder, of: asked, after: report)
        )
        record(summary, by: ledger, in: sink)
        return summary
    }

    /// Completes the row of the run in the catalog.
    private func record(_ summary: ExportSummary, by ledger: CatalogLedger?, in sink: FileArchive) {
        ledger?
            .finish(in: sink.folder) { run in
                run.finishedAt = summary.finishedAt
                run.counts = summary.counts
                run.exitStatus = summary.status.rawValue
                run.error = summary.stop?.sentence
                run.isListingOrdered = summary.report.isListingOrdered
            }
    }

    private func catalog(in sink: FileArchive) -> CatalogFile {
        CatalogFile(folder: sink.folder) { [observer] in observer.warn(FailureText.text(of: $0)) }
    }

    private func ports(
        to sink: FileArchive,
        _ statistics: RunStatistics?,
        _ join: ExportJoin?,
        over connection: ServiceConnection
    ) throws -> ExportPorts {
        let receipts = asked.map { _ in ReceiptWriter(in: sink.folder, context: context, cancellation: cancellation) }
        let observers = [observer.observe, statistics?.observe, receipts?.observe].compactMap(\.self)
        var ports = ExportPorts(
            lister: connection.client,
            source: connection.client,
            archive: sink,
            summaries: SummarySet(SummaryRegistry.kinds),
            pricing: sink.pricing,
            now: context.now,
            pause: { [clock = context.clock] in try await clock.sleep(for: $0) },
            observe: { event in
                for observe in observers { observe(event) }
            }
        )
        if options.requireAll {
            let isForOneBatch = options.window.ids?.count == 1
            ports.expectedIDs = try join?
                .requiredIDs(isForOneBatch: isForOneBatch) { FailureText.describing($0).sentence }
        }
        return ports
    }

    private func selection(now: Timestamp) throws(CommandFailure) -> ExportSelection {
        guard let asked else { return try options.selection(now: now) }
        let ids = asked.ids.union(asked.batches.map(\.id))
        return ExportSelection(window: BatchWindow(), filter: BatchFilter(ids: ids))
    }

    /// The summary of a run that stopped before there were any results.
    private func stopped(by error: any Error, startedAt: Timestamp) -> ExportSummary {
        let now = context.now()
        var report = ExportReport(summaries: SummarySet(SummaryRegistry.kinds))
        report.stop = error
        if report.wasCancelled { report.stop = cancellation.failure ?? error }
        return ExportSummary(
            source: source,
            report: report,
            retention: RetentionReport(moment: now),
            // The error may be an invalid window.
            selection: (try? selection(now: now)) ?? ExportSelection(window: BatchWindow(), filter: BatchFilter()),
            archivePath: options.archive.path,
            isDryRun: options.common.dryRun,
            signal: cancellation.signalStatus,
            startedAt: startedAt,
            finishedAt: now
        )
    }
}

// MARK: - The catalog

extension ExportSession {
    /// Computes the window from the catalog and prints it for the user.
    private func planned(
        _ asked: ExportSelection,
        by catalog: Catalog,
        origin: String,
        now: Timestamp
    ) -> ExportSelection {
        let (plan, warnings) = windowPlan(by: catalog, origin: origin, now: now)
        var selection = plan.resolve(asked, isFull: options.fullList)
        report(selection, of: plan, warnings)
        selection.asOf = { [self, selection] time in
            let (plan, others) = windowPlan(by: catalog, origin: origin, now: time)
            let wanted = plan.resolve(try options.selection(now: time), isFull: options.fullList)
            let corrected = selection.extended(by: wanted)
            guard corrected.window != selection.window || corrected.completed != selection.completed else { return nil }
            let clock = FailureText.clockDiffers(machine: context.now(), server: time)
            report(corrected, of: plan, [clock] + others.filter { !warnings.contains($0) })
            return corrected
        }
        return selection
    }

    /// The plan as of a time, and the warnings about the catalog.
    private func windowPlan(by catalog: Catalog, origin: String, now: Timestamp) -> (WindowPlan, warnings: [String]) {
        do {
            let plan = try WindowPlan(catalog, origin: origin, now: now)
            return (plan, plan.hasInvalidWindow ? [FailureText.invalidWindow] : [])
        } catch {
            return (WindowPlan(now: now), [FailureText.withoutCatalog(error)])
        }
    }

    private func report(_ selection: ExportSelection, of plan: WindowPlan, _ warnings: [String]) {
        for warning in warnings { observer.warn(warning) }
        if !options.common.quiet {
            context.note("Exporting \(selection.sentence) to \(options.archive.path).")
            if let completed = selection.completed { context.note(FailureText.completed(before: completed.end)) }
        }
        if let before = plan.batchesBefore(selection) {
            observer.warn(FailureText.unarchivedBatches(before.count, oldest: before.oldest))
        }
    }

    private func ledger(in catalog: Catalog, origin: String) -> CatalogLedger {
        CatalogLedger(
            catalog,
            CatalogLedger.Options(
                origin: origin,
                // If the user names batches, they are tried even before their next retry is due.
                ignoresRetrySchedule: options.retryAll || !options.window.batch.isEmpty,
                writes: !options.common.dryRun,
                now: context.now,
                observe: { [observer] in observer.warn(FailureText.text(of: $0)) },
                describe: FailureText.recorded
            )
        )
    }
}
