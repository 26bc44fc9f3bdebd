import ArgumentParser
import BatchArchive
import BatchCatalog
import BatchPipeline
import BatchService
import MessageBatches

/// `batchkeep fetch`: the middle of an export, for batches that were listed elsewhere.
struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Archive the batches named on standard input; several processes may share the archive.",
        discussion: """
            Each line of standard input is a batch object, as list --format ndjson writes it, or an id, as it is or as a JSON
            string. Each batch gets a line of JSON on standard output once it is settled: id, state, files, counts, bytes,
            attempts, error. A batch without a line was not settled: run it again. The states are archived,
            already_archived, busy (another process is fetching it), not_ended, withdrawn, unavailable, quarantined, failed.

            Nothing but the batches is written: catalog rebuild takes them in and writes SHA256SUMS and views. Processes keep
            apart by flock on _partial/ID.lock. On one machine that always holds; between machines only where the file
            system passes such locks on, as NFS does on Linux and CephFS, Lustre (-o flock) and EFS do. Where it does not, give
            each machine an archive of its own.
            """
    )

    @OptionGroup(title: "Archive")
    var archive: ArchiveOptions

    @OptionGroup(title: "Limits")
    var limits: LimitOptions

    @Flag(help: "No progress and no closing table; errors are still told.")
    var quiet = false

    @OptionGroup(title: "Service")
    var service: ServiceOptions

    func run() async throws {
        let context = CommandContext.current
        let settings = try limits.settings()
        let time = RunTime(try limits.runtime(), on: context.clock)
        let watcher = ExportProgress(context: context, isQuiet: quiet)
        let asked = try FetchInput.batches(in: try context.readInput())
        let connection = try ServiceConnection(service, context: context, onRetry: watcher.note)
        let ending = try await SignalWatch.run { signals in
            let job = Job(
                asked: asked,
                settings: settings,
                connection: connection,
                output: OutputWatch(context),
                watcher: watcher,
                signals: signals,
                time: time
            )
            return await perform(job)
        }
        watcher.tell(ending)
        guard ending.status == .done else { throw CommandEnding(status: ending.status) }
    }

    /// What a fetch works with.
    private struct Job {
        let asked: AskedBatches
        let settings: ExportSettings
        let connection: ServiceConnection
        let output: OutputWatch
        let watcher: ExportProgress
        let signals: SignalWatch
        let time: RunTime

        /// For the sentences about the run.
        var selection: ExportSelection {
            let ids = asked.ids.union(asked.batches.map(\.id))
            return ExportSelection(window: BatchWindow(), filter: BatchFilter(ids: ids))
        }
    }

    /// Runs to the end, whatever that is; what went wrong stands in the ending.
    private func perform(_ job: Job) async -> ExportEnding {
        let context = job.watcher.context
        let startedAt = context.now()
        do {
            return try await job.connection.use { client in
                let sink = try archive.openUnlocked(origin: client.origin)
                let receipts = ReceiptWriter(in: sink.folder, to: job.output)
                let ports = job.connection.ports(to: sink, in: context) { event in
                    job.watcher.observe(event)
                    receipts.observe(event)
                }
                let run = ExportRun(ports: ports, settings: job.settings)
                var report = try await job.time.run { try await job.output.run { await run.run(job.asked) } }
                if report.wasCancelled || (job.output.isClosed && report.stop == nil) {
                    report.stop = stop(of: job) ?? report.stop
                }
                let finishedAt = context.now()
                return ExportEnding(
                    report: report,
                    standing: CatalogStanding(moment: finishedAt),
                    selection: job.selection,
                    archivePath: archive.path,
                    isDryRun: false,
                    keyPlace: job.connection.keyPlace,
                    signal: job.signals.status,
                    startedAt: startedAt,
                    finishedAt: finishedAt,
                    isShared: true
                )
            }
        } catch {
            return ExportEnding(
                stoppedBy: error,
                selection: job.selection,
                archivePath: archive.path,
                isDryRun: false,
                signal: job.signals.status,
                startedAt: startedAt,
                finishedAt: context.now()
            )
        }
    }

    /// Why a run was cancelled from inside, if it was, or ended with receipts that nobody took.
    private func stop(of job: Job) -> CommandFailure? {
        if job.output.isClosed { return .outputClosed }
        return job.time.exceeded.map { .maxRuntime($0) }
    }
}
