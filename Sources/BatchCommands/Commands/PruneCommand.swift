import ArgumentParser
import BatchArchive
import MessageBatches
import Tables

/// `batchkeep prune`: removes old raw or joined files.
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove raw or joined files of old batches; without --apply, only show which.",
        discussion: """
            Manifests, flat rows and summaries are kept, so summarize still works. When the API has removed the results, \
            29 days after a batch was created, the raw file is the last copy. So is the raw file of a batch that was \
            imported with --unproven. Last copies are removed only with --even-if-last-copy.

            Examples:
              batchkeep prune --raw-older-than 90d
              batchkeep prune --joined-older-than 2026-01-01 --apply
            """
    )

    @Option(
        help: ArgumentHelp(
            "Remove raw files of batches that were created before this time, such as 90d or 2026-01.",
            valueName: "time"
        )
    )
    var rawOlderThan: String?

    @Option(help: ArgumentHelp("Remove joined files of batches that were created before this time.", valueName: "time"))
    var joinedOlderThan: String?

    @Flag(help: "Remove raw files even if they are the last copies of the results.")
    var evenIfLastCopy = false

    @Flag(
        name: [.customShort("n"), .long],
        help: "Show what would be removed; remove nothing. This is the default."
    )
    var dryRun = false

    @Flag(help: "Remove the files. Without this option, nothing is removed.")
    var apply = false

    @OptionGroup(title: "Archive")
    var archive: ArchivePathOption

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    func run() async throws {
        let context = CommandContext.current.quiet(quiet)
        try format.check()
        if apply, dryRun { throw CommandFailure.conflict("--apply, --dry-run: cannot be used together") }
        let plan = try plan(now: context.now())
        var entries: [PruneEntry] = []
        let archives = try archive.archives()
        var isEmpty = true
        for source in archives {
            var found: [PrunableFile] = []
            if apply {
                let archive = try OpenArchive(source.folder, for: context)
                try await archive.sink.prune(plan) {
                    found = $0
                    isEmpty = isEmpty && $0.isEmpty
                    report($0, by: plan, in: context)
                }
                archive.close()
            } else {
                let manifests = try await ArchiveReader(source.folder).manifests().manifests
                found = plan.files(of: manifests)
                isEmpty = isEmpty && found.isEmpty
                report(found, by: plan, in: context)
            }
            entries.append(PruneEntry(archive: source.folder.root, found, by: plan))
        }
        if isEmpty { try await explainEmpty(plan, in: archives, context) }
        if !apply { context.note("Nothing was removed. Add --apply to do it.") }
        if format.isJSON {
            try context.writeDocument(MaintenanceDocument("prune", dryRun: !apply, archives: entries))
        }
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
                kept == 1
                ? "1 raw file is the last copy and is kept" : "\(kept) raw files are the last copy and are kept"
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
