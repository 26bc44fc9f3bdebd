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

    @Argument(
        help: ArgumentHelp("Name batches by ID (default: all that are quarantined).", valueName: "id"),
        transform: NamedValue.batchID
    )
    var ids: [String] = []

    @OptionGroup var archive: ArchivePathOption

    @OptionGroup(title: HelpText.advanced)
    var compression: CompressionOptions

    @OptionGroup(title: HelpText.advanced)
    var lock: LockOptions

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    @OptionGroup var service: ServiceOptions

    @OptionGroup(title: HelpText.advanced)
    var connection: ConnectionOptions

    func run() async throws {
        let context = CommandContext.current.quiet(quiet)
        try format.check()
        let folder = try ArchiveFolders.only(at: archive.path)
        let quarantined = Set(try ArchiveReader(folder).quarantined().manifests.map(\.batch.id))
        if let other = ids.first(where: { !quarantined.contains($0) }) {
            throw CommandFailure.notQuarantined(id: other, archive: archive.path)
        }
        guard !quarantined.isEmpty else {
            context.note("Nothing is in quarantine.")
            guard format.isJSON else { return }
            let entry = QuarantineEntry(archive: archive.path)
            return try context.writeDocument(MaintenanceDocument("retry-quarantine", archives: [entry]))
        }
        // Runs an export of these batches. An export tries named batches even before their next retry is due.
        var export = try ExportCommand.parse([])
        export.window.batch = ids.isEmpty ? quarantined.sorted() : ids
        (export.archive, export.compression, export.lock) = (archive, compression, lock)
        (export.service, export.connection) = (service, connection)
        (export.format, export.common.quiet) = (format, quiet)
        try await export.run()
    }
}
