import ArgumentParser
import BatchArchive
import BatchJoin

/// `batchkeep join`: joins archived results with their requests or metadata, offline.
struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Join archived results with requests or metadata by custom_id, offline.",
        discussion: """
            Writes to joined/ and unmatched/ in the archive. A later join replaces both. Batches whose raw files were \
            removed cannot be joined: they keep their joined files, and the exit status is 3.

            Examples:
              batchkeep join --since 2025-06-01 --until 2025-07-01 --join samples/requests/2025-06-sql-generation.jsonl
              batchkeep join --since 30d --join samples/metadata/catalog.csv --join-type inner
            """
    )

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup(title: "Sources")
    var join: JoinOptions

    @OptionGroup(title: "Sources")
    var rows: JoinOutputOptions

    @OptionGroup var archive: ArchivePathOption

    @OptionGroup(title: HelpText.advanced)
    var compression: CompressionOptions

    @OptionGroup(title: HelpText.advanced)
    var lock: LockOptions

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    func run() async throws {
        let context = CommandContext.current
        try format.check()
        guard join.isWanted else {
            throw CommandFailure.conflict("missing option: --join with a join source")
        }
        let window = try window.window(now: context.now())
        let settings = try join.settings(rows, archive, compression)
        _ = try lock.seconds()
        let selection = ArchiveSelection(window, ids: self.window.ids)
        let folder = try ArchiveFolders.only(at: archive.path)
        let listing = try await ArchiveReader(folder).requiredManifests(of: selection)
        if listing.manifests.isEmpty {
            let entry = ArchiveFolders.Entry(source: nil, folder: folder)
            try await EmptyResult(selection: selection).explain(in: [entry], context)
        }
        let status = try await RunCancellation.onSignal { _ in
            let open = try await archive.open(try compression.settings(origin: ""), lock: lock)
            let report = try await JoinRun.run(listing, with: PreparedJoin(settings), in: open.sink)
            open.close()
            let summary = JoinSummary(report: report, archivePath: archive.path)
            summary.print(in: context, isQuiet: quiet)
            if format.isJSON { try context.writeDocument(JoinDocument(summary)) }
            return summary.status
        }
        guard status == .done else { throw CommandExit(status: status) }
    }
}
