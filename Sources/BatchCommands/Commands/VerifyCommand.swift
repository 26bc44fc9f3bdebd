import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchJoin
import BatchPipeline
import BatchService
import BlockGzip
import Foundation
import MessageBatches
import Prices
import Tables

/// `batchkeep verify`: compares an archive with its manifests, and repairs it.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare the archive with its manifests: = intact, - missing, + unknown, * different, ! unreadable.",
        discussion: """
            Without a depth the checksums of all files are compared. Damage ends with exit status 4.
            --repair looks at everything with --full first. Only what cannot be made from raw needs the service and a key.
            Joined files that are damaged are removed; --join names the sources to join those batches again.
            """
    )

    /// The output format.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case marks
        case json
    }

    @Flag(help: "Manifests, existence and sizes only.")
    var quick = false

    @Option(
        help: ArgumentHelp("--full for this share of the batches, others every day; the rest --quick.", valueName: "5%")
    )
    var sample: String?

    @Flag(help: "Inflate and decode everything; make counts, summaries and flat rows anew and compare them.")
    var full = false

    @Flag(help: "Make damaged and outdated files anew: from raw where it is whole, else from the service.")
    var repair = false

    @Option(help: ArgumentHelp("marks or json.", valueName: "format"))
    var format: Format = .marks

    @Flag(name: .shortAndLong, help: "Print the intact files too.")
    var verbose = false

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup(title: "Sources")
    var join: JoinOptions

    @OptionGroup(title: "Sources")
    var rows: JoinOutputOptions

    @OptionGroup(title: "Archive")
    var archive: ArchiveOptions

    @OptionGroup(title: "Service")
    var service: ServiceOptions

    func run() async throws {
        let context = CommandContext.current
        let plan = try plan(now: context.now())
        var output = VerifyOutput(format: format, isVerbose: verbose, suggestsRepair: !repair, context: context)
        try output.begin(archive.path, depth: depthName)
        var pending: [(path: String, work: PendingWork)] = []
        // A batch without any file left is damage that no file shows after the repair.
        var isRepaired = true
        for source in ArchiveFolders.entries(at: archive.path) {
            if repair {
                isRepaired = try await repair(source, plan, &output) && isRepaired
            } else {
                try await verify(source, plan) { try output.add($0, in: source) }
            }
            pending.append((source.folder.root, try await PendingWork(of: source.folder)))
        }
        try output.finish(pending)
        if output.isDamaged || !isRepaired { throw CommandExit(status: .integrity) }
    }

    private func verify(
        _ source: ArchiveFolders.Entry,
        _ plan: VerifyPlan,
        _ report: (VerifiedFile) throws -> Void
    ) async throws {
        let verifier = ArchiveVerifier(
            source.folder,
            codec: try CodecChoice.auto.codec(),
            summaries: SummarySet(SummaryRegistry.kinds),
            derivations: Derivations.current
        )
        try await verifier.run(plan, concurrency: 2 * ProcessInfo.processInfo.activeProcessorCount, report: report)
    }

    /// Repairs damaged and outdated files, then reports the state of the archive after the repair.
    ///
    /// - Returns: Whether every damaged batch was repaired.
    private func repair(
        _ source: ArchiveFolders.Entry,
        _ plan: VerifyPlan,
        _ output: inout VerifyOutput
    ) async throws -> Bool {
        let context = CommandContext.current
        let settings = try archive.settings(origin: nil)
        let open = try OpenArchive(source.folder, settings: settings, for: context)
        var found: [VerifiedFile] = []
        try await verify(source, plan) { found.append($0) }
        let repairs = RepairPlan(found)
        var isRepaired = true
        if repairs.isNeeded {
            let (unjoined, failed) = try await repair(source, by: repairs, settings)
            isRepaired = failed == 0
            try await joinAgain(unjoined, in: open.sink)
            found = []
            try await verify(source, plan) { found.append($0) }
        }
        for file in found { try output.add(file, in: source) }
        open.close()
        return isRepaired
    }

    /// Joins batches whose joined files were removed, if the options name a source.
    private func joinAgain(_ batches: [MessageBatch], in archive: FileArchive) async throws {
        guard !batches.isEmpty else { return }
        let context = CommandContext.current
        guard join.isWanted else {
            let ids = batches.map { " --batch \($0.id)" }.prefix(20).joined()
            return context.note(
                "To join them again: batchkeep join --archive \(archive.folder.root)\(ids) --join SOURCE"
            )
        }
        var settings = try join.settings(rows, self.archive)
        settings.scratchFolder = archive.folder.path(ArchivePaths.partial)
        let selection = ArchiveSelection(ids: Set(batches.map(\.id)))
        let listing = try await ArchiveReader(archive.folder).manifests(of: selection)
        let report = try await JoinRun.run(listing, with: PreparedJoin(settings), in: archive)
        context.note("Joined again: \(report.batches.counted("batch", "batches")).")
        for id in report.withoutSource { context.note("\(id): not joined again, no source has its requests") }
    }

    /// Runs the repairs, and returns the batches whose joined files were removed and the number of batches that could
    /// not be repaired.
    ///
    /// Connects to the API only if raw files are not enough and there is a key.
    private func repair(
        _ source: ArchiveFolders.Entry,
        by plan: RepairPlan,
        _ settings: ArchiveSettings
    ) async throws -> (unjoined: [MessageBatch], failed: Int) {
        let context = CommandContext.current
        var connection: ServiceConnection?
        if plan.needsService {
            do {
                connection = try ServiceConnection(service, context: context)
            } catch CommandFailure.noKey {
                context.note("There is no API key: only what raw holds can be made anew.")
            }
        }
        func run(_ client: BatchServiceClient?) async throws -> (unjoined: [MessageBatch], failed: Int) {
            var (settings, failed) = (settings, 0)
            settings.origin = client?.origin
            let repair = ArchiveRepair(
                source.folder,
                settings: settings,
                service: client,
                summaries: SummarySet(SummaryRegistry.kinds),
                now: context.now,
                document: { try await Self.document(at: $0, in: source.folder) }
            )
            let unjoined = try await repair.run(plan) { id, outcome in
                if outcome.isFailure { failed += 1 }
                context.note("\(id): \(FailureText.clause(outcome))")
            }
            return (unjoined, failed)
        }
        return if let connection { try await connection.use(run) } else { try await run(nil) }
    }

    /// The content that a roll-up or view should have; nil if that is not known.
    private static func document(at path: String, in folder: ArchiveFolder) async throws -> [UInt8]? {
        let prices = PriceSource(table: .builtIn, file: nil)
        let view = ArchiveView.all.first { "\(ArchivePaths.views)/\($0.name)" == path }
        if let view { return Array(view.text.utf8) }
        return try await SummaryDocuments(folder, prices: prices).document(at: path)
    }

    private var depthName: String {
        if repair || full { return "full" }
        return quick ? "quick" : sample.map { "sample \($0)" } ?? "checksums"
    }

    private func plan(now: Timestamp) throws(CommandFailure) -> VerifyPlan {
        guard [quick, full, sample != nil].count(where: { $0 }) <= 1 else {
            throw .conflict("--quick, --sample and --full exclude each other.")
        }
        if join.isWanted, !repair {
            throw .conflict("--join is for --repair.")
        }
        if repair, quick || sample != nil {
            throw .conflict("--repair looks at everything; leave out --quick and --sample.")
        }
        let window = try window.window(now: now)
        var plan = VerifyPlan(since: window.since, until: window.until, ids: self.window.ids)
        if quick { plan.depth = .sizes }
        if full || repair || sample != nil { plan.depth = .content }
        if let sample {
            let digits = sample.hasSuffix("%") ? String(sample.dropLast()) : sample
            guard let percent = Double(digits), percent > 0, percent <= 100 else {
                throw .outOfRange(option: "--sample", value: sample, allowed: "more than 0% up to 100%")
            }
            plan.share = percent / 100
            plan.seed = UInt64(max(0, now.day.daysSinceEpoch))
        }
        return plan
    }
}
