import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchPipeline
import BlockGzip
import Foundation
import MessageBatches
import Tables

/// `batchkeep rebuild`: rebuilds outdated flat rows, summaries and manifests from the raw files.
struct RebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Rebuild flat rows, summaries and manifests of batches that a new version or new prices change.",
        discussion: """
            Raw files are read and never changed. Each batch is replaced as a whole, so the command can be interrupted \
            and repeated. The manifests record the prices that were used.

            Examples:
              batchkeep rebuild --dry-run
              batchkeep rebuild --since 30d
            """
    )

    @Flag(name: [.customShort("n"), .long], help: "List the batches and the reasons; write nothing.")
    var dryRun = false

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup var prices: PriceOptions

    @OptionGroup(title: "Archive")
    var archive: ArchivePathOption

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    func run() async throws {
        try format.check()
        let prices = try prices.source()
        let selection = ArchiveSelection(try window.window(now: context.now()), ids: window.ids)
        let archives = try archive.archives()
        if selection != ArchiveSelection() {
            try await EmptyResult(selection: selection).explain(in: archives, isEmpty: false, context)
        }
        var entries: [RebuildEntry] = []
        var statuses: Set<ExitStatus> = []
        for source in archives where statuses.isDisjoint(with: [.interrupted, .terminated]) {
            let plan = try await RebuildPlan(source.folder, selection: selection, prices: prices.table)
            var errors = ScanErrors(context: context)
            errors.report(plan.unreadable)
            if errors.isDamaged { statuses.insert(.integrity) }
            var entry = RebuildEntry(archive: source.folder.root, plan)
            for batch in plan.withoutRaw {
                context.report(.warning, "\(batch.id) cannot be rebuilt: its raw file was removed")
            }
            if dryRun {
                for entry in plan.entries { context.note("would rebuild \(entry.batch.id): \(entry.reason)") }
                let count = plan.entries.count.counted("batch", "batches")
                context.note("Would rebuild \(count) in \(source.folder.root).")
            } else {
                statuses.insert(try await rebuild(plan, in: source.folder, by: prices, &entry))
            }
            entries.append(entry)
        }
        let status = ExitStatus.combined(statuses)
        try context.end(with: status) {
            guard format.isJSON else { return }
            let document = MaintenanceDocument("rebuild", dryRun: dryRun, archives: entries, status: status)
            try context.writeDocument(document)
        }
    }

    /// The context of the running command, without progress and summary if `--quiet` is given.
    private var context: CommandContext { .current.quiet(quiet) }

    /// Rebuilds the batches of a plan and the roll-ups of their days.
    ///
    /// Returns the exit status: not 0 if a batch could not be rebuilt or a signal ended the work.
    private func rebuild(
        _ plan: RebuildPlan,
        in folder: ArchiveFolder,
        by prices: PriceSource,
        _ entry: inout RebuildEntry
    ) async throws -> ExitStatus {
        let settings = ArchiveSettings.ofThisVersion(codec: try CodecChoice.auto.codec(), prices: prices.table)
        let (result, status) = try await RunCancellation.onSignal { [entry] cancellation in
            var entry = entry
            let open = try OpenArchive(folder, settings: settings, for: context)
            let repair = ArchiveRepair(
                folder,
                settings: settings,
                service: nil,
                summaries: SummarySet(SummaryRegistry.kinds),
                replacesPrices: true,
                now: context.now
            )
            do {
                try await repair.run(
                    RepairPlan(rebuilding: Set(plan.entries.map(\.batch.id))),
                    concurrency: .fixed(ProcessInfo.processInfo.activeProcessorCount)
                ) { id, outcome in
                    if case .rebuilt = outcome { return entry.record(id, isRebuilt: true) }
                    if outcome.isFailure { entry.record(id, isRebuilt: false) }
                    context.report(.warning, "\(id): \(FailureText.clause(outcome))")
                }
                let days = Set(plan.entries.map(\.batch.day))
                let documents = try await SummaryDocuments(folder).documents(of: days).result
                if !documents.isEmpty { try await open.sink.replaceDocuments(documents) }
                try await open.sink.finishRun()
            } catch is CancellationError {
                // The batches that were replaced are complete; the list of checksums must know them.
                try? await open.sink.finishRun()
                guard let status = cancellation.signalStatus else { throw CancellationError() }
                return (entry, status)
            }
            open.close()
            if plan.entries.isEmpty {
                context.note("Nothing to rebuild: \(folder.root) is up to date.")
            } else {
                context.note("Rebuilt \(entry.rebuilt.counted("batch", "batches")) in \(folder.root).")
            }
            return (entry, entry.failed.isEmpty ? .done : .integrity)
        }
        entry = result
        return status
    }
}
