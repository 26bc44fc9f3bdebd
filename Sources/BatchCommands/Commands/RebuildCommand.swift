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

    @Flag(help: "List the batches and the reasons; write nothing.")
    var dryRun = false

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup var prices: PriceOptions

    @OptionGroup(title: "Archive")
    var archive: OfflineArchiveOptions

    func run() async throws {
        let context = CommandContext.current
        let prices = try prices.source()
        let selection = ArchiveSelection(try window.window(now: context.now()), ids: window.ids)
        var isDamaged = false
        for source in archive.archives() {
            let plan = try await RebuildPlan(source.folder, selection: selection, prices: prices.table)
            var errors = ScanErrors(context: context)
            errors.report(plan.unreadable)
            isDamaged = isDamaged || errors.isDamaged
            for batch in plan.withoutRaw {
                context.report(.warning, "\(batch.id) is outdated and cannot be rebuilt: it has no raw file any more.")
            }
            if dryRun {
                for entry in plan.entries { context.note("would rebuild \(entry.batch.id): \(entry.reason)") }
                let count = plan.entries.count.counted("batch", "batches")
                context.note("\(count) of \(source.folder.root) would be rebuilt.")
            } else {
                isDamaged = try await !rebuild(plan, in: source.folder, by: prices) || isDamaged
            }
        }
        if isDamaged { throw CommandExit(status: .integrity) }
    }

    /// Rebuilds the batches of a plan and the roll-ups of their days; returns whether all of them were rebuilt.
    private func rebuild(_ plan: RebuildPlan, in folder: ArchiveFolder, by prices: PriceSource) async throws -> Bool {
        let context = CommandContext.current
        let settings = ArchiveSettings.ofThisVersion(codec: try CodecChoice.auto.codec(), prices: prices.table)
        return try await RunCancellation.onSignal { cancellation in
            let open = try OpenArchive(folder, settings: settings, for: context)
            let repair = ArchiveRepair(
                folder,
                settings: settings,
                service: nil,
                summaries: SummarySet(SummaryRegistry.kinds),
                replacesPrices: true,
                now: context.now
            )
            var (rebuilt, failed) = (0, 0)
            do {
                try await repair.run(
                    RepairPlan(rebuilding: Set(plan.entries.map(\.batch.id))),
                    concurrency: ProcessInfo.processInfo.activeProcessorCount
                ) { id, outcome in
                    if case .rebuilt = outcome {
                        rebuilt += 1
                    } else {
                        failed += 1
                        context.report(.warning, "\(id): \(FailureText.clause(outcome))")
                    }
                }
                let days = Set(plan.entries.map(\.batch.day))
                let documents = try await SummaryDocuments(folder, prices: prices).documents(of: days)
                if !documents.isEmpty { try open.sink.replaceDocuments(documents) }
                try await open.sink.finishRun()
            } catch is CancellationError {
                // The batches that were replaced are complete; the list of checksums must know them.
                try? await open.sink.finishRun()
                guard let status = cancellation.signalStatus else { throw CancellationError() }
                throw CommandExit(status: status)
            }
            open.close()
            if plan.entries.isEmpty {
                context.note("Nothing to rebuild: \(folder.root) is up to date.")
            } else {
                context.note("Rebuilt \(rebuilt.counted("batch", "batches")) of \(folder.root).")
            }
            return failed == 0
        }
    }
}
