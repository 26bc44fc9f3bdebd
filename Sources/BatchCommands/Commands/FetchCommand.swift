import ArgumentParser

/// `batchkeep fetch`: fetches the batches that standard input names.
struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Archive the batches named on standard input; several processes may share the archive.",
        discussion: """
            Each line of standard input is a batch object, as list --format ndjson prints it, or an ID. For each \
            finished batch, one line of JSON goes to standard output: id, state, files, counts, bytes, attempts, \
            error. If a batch has no line, fetch it again.

            Only the batches are written. Run catalog rebuild afterwards to add them to the catalog, SHA256SUMS and \
            views. A lock on _partial/ID.lock prevents two processes from downloading the same batch. Between machines, \
            this needs a file system that supports flock: NFS on Linux, CephFS, Lustre (-o flock) or EFS. On other file \
            systems, use one archive per machine.

            Examples:
              batchkeep list --since 30d --status ended --format ndjson | batchkeep fetch
              echo msgbatch_01afbUU922mgVvCfTnvHb3ij | batchkeep fetch
            """
    )

    @OptionGroup var archive: ArchivePathOption

    @OptionGroup(title: HelpText.advanced)
    var compression: CompressionOptions

    @OptionGroup(title: HelpText.advanced)
    var limits: LimitOptions

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    @OptionGroup var service: ServiceOptions

    @OptionGroup(title: HelpText.advanced)
    var connection: ConnectionOptions

    func run() async throws {
        let context = CommandContext.current
        // `fetch` is an export of these batches that shares the archive with other processes.
        var export = try ExportCommand.parse([])
        (export.archive, export.compression, export.limits) = (archive, compression, limits)
        (export.common.quiet, export.service, export.connection) = (quiet, service, connection)
        try export.check(now: context.now())
        // The limit includes the time to read standard input, which may come from a command that still runs.
        let timeLimit = try limits.runtime()
        export.limits.maxRuntime = nil
        let observer = ExportProgress(context: context, isQuiet: quiet)
        let summary = try await RunCancellation.onSignal { [export] outer in
            let cancellation = RunCancellation(within: outer)
            do {
                return try await cancellation.limit(to: timeLimit, in: context) {
                    let asked = try FetchInput.batches(in: try await context.input())
                    return await ExportSession(export, asked: asked, observer: observer, cancellation: cancellation)
                        .run()
                }
            } catch is CancellationError {
                throw cancellation.failure ?? CancellationError()
            }
        }
        guard summary.status == .done else { throw CommandExit(status: summary.status) }
    }
}
