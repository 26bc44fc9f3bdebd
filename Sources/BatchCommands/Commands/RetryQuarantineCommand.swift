import ArgumentParser
import BatchArchive
import MessageBatches

/// `batchkeep retry-quarantine`: fetches quarantined batches again, before their next scheduled retry.
struct RetryQuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry-quarantine",
        abstract: "Fetch quarantined batches again, now.",
        discussion: """
            A batch that proves itself is archived. Otherwise its data stays in _quarantine beside the reason.
            """
    )

    @Argument(help: ArgumentHelp("The batches (default: all that are quarantined).", valueName: "id"))
    var ids: [String] = []

    @OptionGroup(title: "Archive")
    var archive: ArchiveOptions

    @OptionGroup(title: "Archive")
    var lock: LockOptions

    @Option(help: ArgumentHelp("json writes one JSON document about the run to standard output.", valueName: "kind"))
    var output: ExportCommand.OutputKind = .none

    @Flag(help: "No progress and no closing table; errors are still told.")
    var quiet = false

    @OptionGroup(title: "Service")
    var service: ServiceOptions

    func run() async throws {
        let folder = try ArchiveFolders.only(at: archive.path)
        let quarantined = Set(try ArchiveReader(folder).quarantined().manifests.map(\.batch.id))
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
