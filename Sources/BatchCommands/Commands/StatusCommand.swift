import ArgumentParser
import BatchArchive
import BatchCatalog

/// `batchkeep status`: shows the state of an archive without a request to the API.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Show how many batches are archived, pending, failed, quarantined, expiring and lost, and the last runs.",
        discussion: """
            Offline: shows what earlier runs have seen. Days left are counted by the clock of this machine. For a \
            folder with several archives, each is shown; as JSON, one line per archive.

            Examples:
              batchkeep status
              batchkeep status --runs 3 --warn-days 7
              batchkeep status --format json
            """
    )

    @OptionGroup var archive: ArchivePathOption

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Option(help: ArgumentHelp("Count batches with fewer days left as expiring.", valueName: "n"))
    var warnDays = 4

    @Option(help: ArgumentHelp("Show up to this many of the last runs.", valueName: "n"))
    var runs = 10

    func run() async throws {
        let context = CommandContext.current
        try format.check()
        try check(warnDays, 0...29, "--warn-days")
        try check(runs, 0...100_000, "--runs")
        for (index, entry) in try ArchiveFolders.entries(at: archive.path).enumerated() {
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
