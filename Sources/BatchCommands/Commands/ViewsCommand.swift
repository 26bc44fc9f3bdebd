import ArgumentParser
import BatchArchive

/// `batchkeep views`: writes the SQL and schema files that other tools use to read an archive.
struct ViewsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "views",
        abstract: "Write the files in views/ again: SQL and schemas for DuckDB, ClickHouse, Spark, Polars and others.",
        discussion: """
            Every export does this at its end. Use it for an archive that an older version wrote.

            Examples:
              batchkeep views
              batchkeep views --archive ./archive
            """
    )

    @OptionGroup(title: "Archive")
    var archive: ArchivePathOption

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    func run() async throws {
        let context = CommandContext.current.quiet(quiet)
        try format.check()
        var entries: [ViewsEntry] = []
        for source in try archive.archives() {
            let archive = try OpenArchive(source.folder, for: context)
            let written = try await archive.sink.updateViews()
            for path in written { context.note("Wrote \(source.folder.path(path)).") }
            if written.isEmpty {
                context.note("Nothing to do: \(source.folder.path(ArchivePaths.views)) is up to date.")
            }
            archive.close()
            entries.append(ViewsEntry(archive: source.folder.root, written: written))
        }
        if format.isJSON { try context.writeDocument(MaintenanceDocument("views", archives: entries)) }
    }
}
