import ArgumentParser
import BatchArchive
import BatchCatalog
import MessageBatches

/// `batchkeep status`: shows the state of an archive without a request to the API.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Show whether the last export worked, what needs attention, and how the last runs ended.",
        discussion: """
            Offline: shows what earlier runs have seen. Days left are counted by the clock of this machine. For a \
            folder with several archives, each is shown; as JSON, one line per archive.

            With --check, the exit status is 0 if all is well: 3 if batches failed, 4 if something is quarantined or \
            the catalog is damaged, 7 if results are lost or expiring, 8 if no export succeeded within --max-age, or \
            the exit status with which the last export failed. A run that could not start, for example without a key, \
            is not recorded; --max-age finds that too.

            Examples:
              batchkeep status
              batchkeep status --check --max-age 3650d
              batchkeep status --format json
            """
    )

    @OptionGroup var archive: ArchivePathOption

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Option(help: ArgumentHelp("Count batches with fewer days left as expiring.", valueName: "n"))
    var warnDays = 4

    @Option(help: ArgumentHelp("Show up to this many of the last runs.", valueName: "n"))
    var runs = 10

    @Flag(help: "Print only whether all is well, and exit with the status of the most severe problem.")
    var check = false

    @Option(
        help: ArgumentHelp("Report a problem if the last successful export is older: 26h, 2d.", valueName: "time")
    )
    var maxAge: String?

    func run() async throws {
        let context = CommandContext.current
        try format.check()
        try BatchCommands.check(warnDays, 0...MessageBatch.retentionDays, "--warn-days")
        try BatchCommands.check(runs, 0...100_000, "--runs")
        let maxAge = try TimeSpan(maxAge, "--max-age")
        var statuses: Set<ExitStatus> = []
        for (index, entry) in try ArchiveFolders.entries(at: archive.path).enumerated() {
            let status = try await status(of: entry, context)
            let result = ArchiveCheck(status, maxAge: maxAge)
            statuses.formUnion(result.statuses)
            switch (format.isJSON, check) {
            case (true, true): try context.writeDocument(CheckDocument(status, result))
            case (true, false): try context.writeDocument(StatusDocument(status, result))
            case (false, true): try context.print(result.line(style: context.outputStyle))
            case (false, false):
                let text = result.line(style: context.outputStyle) + "\n" + status.text(style: context.outputStyle)
                try context.print((index > 0 ? "\n" : "") + text)
            }
        }
        let combined = ExitStatus.combined(statuses)
        if check, combined != .done { throw CommandExit(status: combined) }
    }

    private func status(of entry: ArchiveFolders.Entry, _ context: CommandContext) async throws -> ArchiveStatus {
        var failure: CatalogFailure?
        let file = CatalogFile(folder: entry.folder) { event in
            if case .unreadable(let reason) = event { failure = reason }
            context.report(.warning, FailureText.text(of: event))
        }
        let catalog = try await file.openForReading()
        return try ArchiveStatus(
            of: catalog,
            failure: failure,
            isRunning: ArchiveLock.isHeld(in: entry.folder),
            archive: entry.folder.root,
            pending: try await PendingWork(of: entry.folder),
            source: entry.source,
            now: context.now(),
            warnDays: warnDays,
            lastRuns: runs
        )
    }
}
