import ArgumentParser
import BatchArchive
import BatchCatalog

/// `batchkeep status`: shows the state of an archive without a request to the API.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Show whether the last export worked, what needs attention, and how the last runs ended.",
        discussion: """
            Offline: the status shows what the runs so far have seen. Days left are counted by this machine's clock. For the
            parent of several archives, each has its own status; as JSON, each is one line.
            With --check, the exit status is 0 if all is well: 3 if batches failed, 4 if something is quarantined or the
            catalog is damaged, 7 if results are lost or expiring, 8 if no export succeeded within --max-age, or the exit
            status with which the last export failed. A run that could not start, for example without a key, is not
            recorded; --max-age finds that too.
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

    @Option(help: ArgumentHelp("Count batches with fewer days left as at risk.", valueName: "n"))
    var warnDays = 4

    @Option(help: ArgumentHelp("How many of the last runs to tell of.", valueName: "n"))
    var runs = 10

    @Flag(help: "Print only whether all is well, and exit with the status of the most severe problem.")
    var check = false

    @Option(
        help: ArgumentHelp("Report a problem if the last successful export is older: 26h, 2d.", valueName: "time")
    )
    var maxAge: String?

    func run() async throws {
        let context = CommandContext.current
        try BatchCommands.check(warnDays, 0...29, "--warn-days")
        try BatchCommands.check(runs, 0...100_000, "--runs")
        let maxAge = try TimeSpan(maxAge, "--max-age")
        var statuses: Set<ExitStatus> = []
        for (index, entry) in ArchiveFolders.entries(at: path).enumerated() {
            let status = try await status(of: entry, context)
            let result = ArchiveCheck(status, maxAge: maxAge)
            statuses.formUnion(result.statuses)
            switch (format, check) {
            case (.table, true): try context.print(result.line(style: context.outputStyle))
            case (.table, false):
                let text = result.line(style: context.outputStyle) + "\n" + status.text(style: context.outputStyle)
                try context.print((index > 0 ? "\n" : "") + text)
            case (.json, true): try context.writeDocument(CheckDocument(status, result))
            case (.json, false): try context.writeDocument(StatusDocument(status, result))
            }
        }
        let combined = ExitStatus.combined(statuses)
        if check, combined != .done { throw CommandExit(status: combined) }
    }

    private func status(of entry: ArchiveFolders.Entry, _ context: CommandContext) async throws -> ArchiveStatus {
        // Throws if there is no archive.
        _ = try ArchiveReader(entry.folder)
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
