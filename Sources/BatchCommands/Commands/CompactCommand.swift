import ArgumentParser
import BatchArchive
import MessageBatches
import Tables

/// `batchkeep compact`: merges the many small files of a day into a few large ones.
struct CompactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Make few flat and joined files of the many small ones of each day, without compressing anew.",
        discussion: """
            Ten thousand files of 100 kB choke what reads them. Raw files stay as they are: their lines carry no batch id.
            A compact that was interrupted is finished by the next run of any command that writes.
            """
    )

    @Option(help: ArgumentHelp("Only days before this one (default: today).", valueName: "time"))
    var before: String?

    @Option(help: ArgumentHelp("The size of the new files, such as 256MiB or 64MB.", valueName: "size"))
    var targetSize = "256MiB"

    @Flag(name: [.customShort("n"), .long], help: "Say what would be done; change nothing.")
    var dryRun = false

    @OptionGroup(title: "Archive")
    var archive: OfflineArchiveOptions

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    func run() async throws {
        let context = CommandContext.current.quiet(quiet)
        try format.check()
        let now = context.now()
        let size = try ByteSize.bytes(targetSize, "--target-size")
        guard let before = TimeExpression.moment(before ?? "today", now: now) else {
            throw CommandFailure.badTime(option: "--before", value: before ?? "")
        }
        var entries: [CompactEntry] = []
        for source in archive.archives() {
            let chosen: [Compaction]
            if dryRun {
                let manifests = try await ArchiveReader(source.folder).manifests().manifests
                chosen = Compaction.choose(from: manifests, before: before.day, targetSize: size)
            } else {
                let archive = try OpenArchive(source.folder, for: context)
                chosen = try await archive.sink.compact(before: before.day, targetSize: size)
                archive.close()
            }
            report(chosen, in: context)
            entries.append(CompactEntry(archive: source.folder.root, chosen))
        }
        if format.isJSON {
            try context.writeDocument(MaintenanceDocument("compact", dryRun: dryRun, archives: entries))
        }
    }

    private func report(_ chosen: [Compaction], in context: CommandContext) {
        for compaction in chosen {
            let size = Metric("", .integer(compaction.bytes), .bytes).text
            context.note(
                "\(compaction.kind.rawValue)/date=\(compaction.day.text): \(compaction.manifests.count) files, \(size), "
                    + (dryRun ? "would become one" : "became one")
            )
        }
        if chosen.isEmpty { context.note("Nothing to do: no day has two small files.") }
    }
}
