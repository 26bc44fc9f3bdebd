import ArgumentParser
import BatchArchive
import MessageBatches

/// `batchkeep retry-quarantine`: fetches quarantined batches again, before their next scheduled retry.
struct RetryQuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry-quarantine",
        abstract: "Download quarantined batches again, now.",
        discussion: """
            A batch that passes the check is archived. Otherwise its data stays in _quarantine, with the reason.

            Examples:
              batchkeep retry-quarantine
              batchkeep retry-quarantine --quiet
            """
    )

    @Argument(help: ArgumentHelp("Name batches by ID (default: all that are quarantined).", valueName: "id"))
    var ids: [String] = []

    @OptionGroup
    var archive: ArchiveOptions

    @OptionGroup(title: HelpText.advanced)
    var lock: LockOptions

    @Option(help: ArgumentHelp("Write one JSON document about the run to standard output.", valueName: "kind"))
    var output: ExportCommand.OutputKind = .none

    @Flag(help: "Print errors only: no progress and no summary.")
    var quiet = false

    @OptionGroup
    var service: ServiceOptions

    func run() async throws {
        let quarantined = Set(try ArchiveReader(ArchiveFolder(archive.path)).quarantined().manifests.map(\.batch.id))
        if let other = ids.first(where: { !quarantined.contains($0) }) {
            throw CommandFailure.notQuarantined(id: other, archive: archive.path)
        }
        guard !quarantined.isEmpty else {
            CommandContext.current.note("Nothing is in quarantine.")
            return
        }
        // Runs an export of these batches. An export tries named batches even before their next retry is due.
        var export = try ExportCommand.parse([])
        export.window.batch = ids.isEmpty ? quarantined.sorted() : ids
        (export.archive, export.lock, export.service) = (archive, lock, service)
        (export.output, export.quiet) = (output, quiet)
        try await export.run()
    }
}
