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
            Offline: it tells what the runs so far have seen. Days left are counted by this machine's clock. The parent of
            several archives tells of each; as JSON, each is a line.
            """
    )

    /// The output format: tables for people, or one JSON document.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
    }

    @Option(name: .customLong("archive"), help: ArgumentHelp("The archive's folder.", valueName: "dir"))
    var path = "./archive"

    @Option(help: ArgumentHelp("table or json.", valueName: "format"))
    var format: Format = .table

    @Option(help: ArgumentHelp("Count batches with fewer days left as expiring.", valueName: "n"))
    var warnDays = 4

    @Option(help: ArgumentHelp("How many of the last runs to tell of.", valueName: "n"))
    var runs = 10

    func run() async throws {
        let context = CommandContext.current
        try check(warnDays, 0...29, "--warn-days")
        try check(runs, 0...100_000, "--runs")
        for (index, entry) in try ArchiveFolders.entries(at: path).enumerated() {
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
            switch format {
            case .table: try context.print((index > 0 ? "\n" : "") + status.text(style: context.outputStyle))
            case .json: try context.writeDocument(StatusDocument(status))
            }
        }
    }
}
