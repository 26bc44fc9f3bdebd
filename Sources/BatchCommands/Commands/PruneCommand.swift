import ArgumentParser
import BatchArchive
import MessageBatches
import Tables

/// `batchkeep prune`: removes old raw or joined files.
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove raw or joined files of old batches; without --apply only say what would go.",
        discussion: """
            Manifests, flat rows and summaries stay, so summarize goes on working. A raw file is the last copy once the service
            has removed the results, 29 days after the batch was created: it goes only with --even-if-last-copy.
            """
    )

    @Option(help: ArgumentHelp("Raw files of batches created before this time (90d, 6mo, 2026-01).", valueName: "time"))
    var rawOlderThan: String?

    @Option(help: ArgumentHelp("Joined files of batches created before this time; the same forms.", valueName: "time"))
    var joinedOlderThan: String?

    @Flag(help: "Remove raw files too that the service no longer has.")
    var evenIfLastCopy = false

    @Flag(help: "Do it. Without this nothing is removed.")
    var apply = false

    @OptionGroup(title: "Archive")
    var archive: OfflineArchiveOptions

    func run() async throws {
        let context = CommandContext.current
        let plan = try plan(now: context.now())
        let archives = try archive.archives()
        var isEmpty = true
        for source in archives {
            if apply {
                let archive = try OpenArchive(source.folder, for: context)
                try await archive.sink.prune(plan) { files in
                    isEmpty = isEmpty && files.isEmpty
                    report(files, by: plan, in: context)
                }
                archive.close()
            } else {
                let files = plan.files(of: try await ArchiveReader(source.folder).manifests().manifests)
                isEmpty = isEmpty && files.isEmpty
                report(files, by: plan, in: context)
            }
        }
        if isEmpty { try await explainEmpty(plan, in: archives, context) }
        if !apply { context.note("Nothing was removed. Add --apply to do it.") }
    }

    /// Says why no file is old enough; a note, because that is usual for a scheduled run.
    private func explainEmpty(
        _ plan: PrunePlan,
        in archives: [ArchiveFolders.Entry],
        _ context: CommandContext
    ) async throws {
        for (kind, limit) in plan.before.sorted(by: { $0.key < $1.key }) {
            let reasons = try await EmptyResult(selection: ArchiveSelection(until: limit)).reasons(in: archives)
            let noFiles = "no batch that was created before \(limit.dayOrShortText) has \(kind.rawValue) files"
            context.report(.note, reasons.first ?? noFiles)
        }
    }

    /// Prints the files to remove and how many files are kept as last copies.
    private func report(_ files: [PrunableFile], by plan: PrunePlan, in context: CommandContext) {
        let removed = files.filter { plan.removes($0) }
        let bytes = removed.reduce(0) { $0.addingClamped($1.file.bytes) }
        for entry in removed { context.note("\(apply ? "removing" : "would remove") \(entry.file.path)") }
        let size = Metric("", .integer(bytes), .bytes).text
        context.note("\(removed.count) \(removed.count == 1 ? "file" : "files"), \(size)\(apply ? " removed" : "").")
        let kept = files.count - removed.count
        if kept > 0 {
            let stays =
                kept == 1 ? "1 raw file is the last copy and stays" : "\(kept) raw files are the last copy and stay"
            context.note("\(stays); --even-if-last-copy removes last copies too.")
        }
    }

    private func plan(now: Timestamp) throws(CommandFailure) -> PrunePlan {
        var before: [DataKind: Timestamp] = [:]
        for (kind, option, value) in [
            (DataKind.raw, "--raw-older-than", rawOlderThan), (.joined, "--joined-older-than", joinedOlderThan),
        ] {
            guard let value else { continue }
            before[kind] = try TimeExpression.moment(value, option, now: now)
        }
        guard !before.isEmpty else { throw .conflict("missing option: --raw-older-than or --joined-older-than") }
        return PrunePlan(before: before, removesLastCopies: evenIfLastCopy, now: now)
    }
}
