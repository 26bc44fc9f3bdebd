import ArgumentParser

/// `batchkeep fetch`: fetches the batches that standard input names.
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

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    @OptionGroup(title: "Service")
    var service: ServiceOptions

    func run() async throws {
        let context = CommandContext.current
        // `fetch` is an export of these batches that shares the archive with other processes.
        var export = try ExportCommand.parse([])
        (export.archive, export.limits, export.quiet, export.service) = (archive, limits, quiet, service)
        try export.check(now: context.now())
        let asked = try FetchInput.batches(in: try context.readInput())
        let observer = ExportProgress(context: context, isQuiet: quiet)
        let summary = try await RunCancellation.onSignal { [export] cancellation in
            await ExportSession(export, asked: asked, observer: observer, cancellation: cancellation).run()
        }
        guard summary.status == .done else { throw CommandExit(status: summary.status) }
    }
}
