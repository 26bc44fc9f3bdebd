import ArgumentParser
import BatchArchive
import MessageBatches
import Tables

/// `batchkeep compact`: merges the many small files of a day into a few large ones.
struct CompactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Merge the small flat and joined files of each day into large ones, without compressing them again.",
        discussion: """
            Many tools are slow with thousands of small files. Raw files do not change, because their lines contain \
            no batch ID. If compact is interrupted, the next command that writes finishes it.

            Examples:
              batchkeep compact --dry-run
              batchkeep compact --before 2026-11-01 --target-size 64MB
            """
    )

    @Option(help: ArgumentHelp("Select days before this one (default: today).", valueName: "time"))
    var before: String?

    @Option(help: ArgumentHelp("Write new files of about this size, such as 64MB.", valueName: "size"))
    var targetSize = "256MiB"

    @Flag(name: [.customShort("n"), .long], help: "Show what would be done; change nothing.")
    var dryRun = false

    @OptionGroup(title: "Archive")
    var archive: ArchivePathOption

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    func run() async throws {
        let context = CommandContext.current.quiet(quiet)
        try format.check()
        let now = context.now()
        let size = try ByteSize.bytes(targetSize, "--target-size")
        let before = try TimeExpression.moment(before ?? "today", "--before", now: now)
        var entries: [CompactEntry] = []
        for source in try archive.archives() {
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
