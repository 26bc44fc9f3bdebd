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

    @Flag(help: "Say what would be done; change nothing.")
    var dryRun = false

    @OptionGroup(title: "Archive")
    var archive: OfflineArchiveOptions

    func run() async throws {
        let context = CommandContext.current
        let now = context.now()
        let size = try ByteSize.bytes(targetSize, "--target-size")
        let before = try TimeExpression.moment(before ?? "today", "--before", now: now)
        for source in try archive.archives() {
            if dryRun {
                let manifests = try await ArchiveReader(source.folder).manifests().manifests
                report(Compaction.choose(from: manifests, before: before.day, targetSize: size), in: context)
                continue
            }
            let archive = try OpenArchive(source.folder, for: context)
            report(try await archive.sink.compact(before: before.day, targetSize: size), in: context)
            archive.close()
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
