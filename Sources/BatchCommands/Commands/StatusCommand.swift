import ArgumentParser
import BatchArchive
import BatchCatalog

/// `batchkeep status`: shows the state of an archive without a request to the API.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Tell what is archived, waiting, failing, quarantined, at risk and lost, and how the last runs ended.",
        discussion: """
            Offline: it tells what the runs so far have seen. Days left are counted by this machine's clock. The parent of
            several archives tells of each; as JSON, each is a line.
            """
    )

    @OptionGroup var archive: ArchivePathOption

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Option(help: ArgumentHelp("Count batches with fewer days left as at risk.", valueName: "n"))
    var warnDays = 4

    @Option(help: ArgumentHelp("How many of the last runs to tell of.", valueName: "n"))
    var runs = 10

    func run() async throws {
        let context = CommandContext.current
        try format.check()
        try check(warnDays, 0...29, "--warn-days")
        try check(runs, 0...100_000, "--runs")
        for (index, entry) in ArchiveFolders.entries(at: archive.path).enumerated() {
            // Throws if there is no archive.
            _ = try ArchiveReader(entry.folder)
            let catalog = try await CatalogFile(folder: entry.folder) { context.note(FailureText.text(of: $0)) }
                .openForReading()
            let status = try ArchiveStatus(
                of: catalog,
                archive: entry.folder.root,
                pending: try await PendingWork(of: entry.folder),
                source: entry.source,
                now: context.now(),
                warnDays: warnDays,
                lastRuns: runs
            )
            if format.isJSON {
                try context.writeDocument(StatusDocument(status))
            } else {
                try context.print((index > 0 ? "\n" : "") + status.text(style: context.outputStyle))
            }
        }
    }
}
