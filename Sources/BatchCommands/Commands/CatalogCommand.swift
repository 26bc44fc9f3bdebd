import ArgumentParser
import BatchArchive
import BatchCatalog
import BlockGzip
import BatchAnalytics
import Tables

/// `batchkeep catalog`: commands for the index of an archive.
struct CatalogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Maintain catalog.sqlite, the index of an archive.",
        discussion: """
            Examples:
              batchkeep catalog rebuild
              batchkeep catalog rebuild --wait 10m
            """,
        subcommands: [Rebuild.self]
    )

    /// `batchkeep catalog rebuild`: rebuilds the index from the files of the archive.
    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rebuild",
            abstract: "Rebuild the index from manifests, quarantine and unfinished downloads.",
            discussion: """
                Adds batches that fetch archived, and updates SHA256SUMS and views. Runs, attempts and lost batches are \
                recorded only in the index: they are kept if the old index can be read. The next export lists its whole \
                window again.

                Examples:
                  batchkeep catalog rebuild
                  batchkeep catalog rebuild --archive ./archive --wait 10m
                """
        )

        @OptionGroup var archive: ArchivePathOption

        @OptionGroup(title: HelpText.advanced)
        var lock: LockOptions

        @OptionGroup var format: FormatOptions<ReportFormat>

        @Flag(name: .shortAndLong, help: .quiet)
        var quiet = false

        func run() async throws {
            let context = CommandContext.current.quiet(quiet)
            try format.check()
            let settings = try ArchiveSettings.ofThisVersion(codec: CodecChoice.auto.codec())
            var entries: [CatalogEntry] = []
            for folder in try ArchiveFolders.entries(at: archive.path).map(\.folder) {
                let lock = try await lock.acquire(folder, context: context)
                let catalog = CatalogFile(folder: folder) { event in
                    // A missing catalog is the usual reason for this command.
                    if case .built = event { return }
                    context.report(.warning, FailureText.text(of: event))
                }
                let manifests: Int
                if try folder.isCopyWithoutRaw {
                    // Its list of digests and its manifests stay as they were published.
                    manifests = try await catalog.rebuild()
                    _ = consume lock
                } else {
                    let archive = try OpenArchive(folder, settings: settings, lock: lock)
                    manifests = try await catalog.rebuild()
                    try await archive.sink.finishRun()
                    archive.close()
                }
                context.note("Rebuilt the catalog of \(folder.root) from \(manifests.displayText) manifests.")
                entries.append(CatalogEntry(archive: folder.root, manifests: manifests))
            }
            if format.isJSON { try context.writeDocument(MaintenanceDocument("catalog rebuild", archives: entries)) }
        }
    }
}
