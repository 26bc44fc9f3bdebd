import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchJoin
import BatchPipeline
import BatchService
import BlockGzip
import Foundation
import MessageBatches
import Tables

/// `batchkeep verify`: compares an archive with its manifests, and repairs it.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare the files of the archive with its manifests, and repair them.",
        discussion: """
            Without an option for the depth, the checksums of all files are compared. Marks: = intact, - missing, + \
            unknown, * different, ! unreadable. Damage ends with exit status 4.

            --repair first checks everything, like --full. It connects to the API, with a key, only for files that \
            cannot be rebuilt from raw files. Damaged joined files are removed. To join their batches again, name the \
            sources with --join.

            Examples:
              batchkeep verify
              batchkeep verify --sample 5%
              batchkeep verify --full --since 30d
            """
    )

    @Flag(help: "Check only manifests, existence and sizes.")
    var quick = false

    @Option(
        help: ArgumentHelp(
            "Check this share of the batches like --full, a different one every day, and the rest like --quick.",
            valueName: "5%"
        )
    )
    var sample: String?

    @Flag(help: "Decode everything, and compare counts, summaries and flat rows with rebuilt ones.")
    var full = false

    @Flag(help: "Rebuild damaged and outdated files: from raw files if they are intact, otherwise from the API.")
    var repair = false

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    @Flag(name: .shortAndLong, help: .verbose)
    var verbose = false

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup(title: "Sources")
    var join: JoinOptions

    @OptionGroup(title: "Sources")
    var rows: JoinOutputOptions

    @OptionGroup var archive: ArchivePathOption

    @OptionGroup(title: HelpText.advanced)
    var compression: CompressionOptions

    @OptionGroup var service: ServiceOptions

    @OptionGroup(title: HelpText.advanced)
    var connection: ConnectionOptions

    func run() async throws {
        try format.check()
        let plan = try plan(now: context.now())
        let sources = try ArchiveFolders.entries(at: archive.path)
        var output = VerifyOutput(
            isJSON: format.isJSON,
            isVerbose: verbose,
            suggestsRepair: !repair,
            context: context
        )
        try output.begin(archive.path, depth: depthName)
        var pending: [(path: String, work: PendingWork)] = []
        // A batch without any file left is damage that no file shows after the repair.
        var isRepaired = true
        for source in sources {
            if repair {
                isRepaired = try await repair(source, plan, &output) && isRepaired
            } else {
                try await verify(source, plan) { try output.add($0, in: source) }
            }
            if try source.folder.isCopyWithoutRaw { output.addCopyWithoutRaw(source.folder.root) }
            pending.append((source.folder.root, try await PendingWork(of: source.folder)))
        }
        let status: ExitStatus = output.isDamaged || !isRepaired ? .integrity : .done
        try output.finish(pending, status: status)
        let selection = ArchiveSelection(since: plan.since, until: plan.until, ids: plan.ids)
        if selection != ArchiveSelection() {
            try await EmptyResult(selection: selection).explain(in: sources, isEmpty: false, context)
        }
        if status != .done { throw CommandExit(status: status) }
    }

    /// The context of the running command, without progress and summary if `--quiet` is given.
    private var context: CommandContext { .current.quiet(quiet) }

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
        let settings = try compression.settings(origin: nil)
        let open = try OpenArchive(source.folder, settings: settings, for: context)
        var found: [VerifiedFile] = []
        try await verify(source, plan) { found.append($0) }
        var repairs = RepairPlan(found)
        var isRepaired = true
        if repairs.isNeeded {
            let selection = ArchiveSelection(ids: Set(repairs.steps.keys))
            repairs.download(prunedAmong: try await ArchiveReader(source.folder).manifests(of: selection).manifests)
            let (unjoined, failed) = try await repair(source, by: repairs, settings)
            let isJoined = try await joinAgain(unjoined, in: open.sink)
            isRepaired = failed == 0 && isJoined
            found = []
            try await verify(source, plan) { found.append($0) }
        }
        for file in found { try output.add(file, in: source) }
        open.close()
        return isRepaired
    }

    /// The maximum number of batches that a hint names.
    private static let namedBatches = 20

    /// Joins batches whose joined files were removed, if the options name a source.
    ///
    /// - Returns: Whether no join failed.
    private func joinAgain(_ batches: [MessageBatch], in archive: FileArchive) async throws -> Bool {
        guard !batches.isEmpty else { return true }
        guard join.isWanted else {
            let ids = batches.prefix(Self.namedBatches).map { " --batch \($0.id)" }.joined()
            let more = batches.count - Self.namedBatches
            context.report(
                .warning,
                "\(batches.count.counted("batch is", "batches are")) no longer joined",
                details: more > 0
                    ? ["\(more.displayText) more are not in the hint"] : [],
                hint: "batchkeep join --archive \(archive.folder.root.shellQuoted)\(ids) --join SOURCE"
            )
            return true
        }
        var settings = try join.settings(rows, self.archive, compression)
        settings.scratchFolder = archive.folder.path(ArchivePaths.partial)
        let selection = ArchiveSelection(ids: Set(batches.map(\.id)))
        let listing = try await ArchiveReader(archive.folder).manifests(of: selection)
        let report = try await JoinRun.run(listing, with: PreparedJoin(settings), in: archive)
        context.note("Joined again: \(report.batches.counted("batch", "batches")).")
        for id in report.withoutSource {
            context.report(.warning, "\(id) not joined again: no source has its requests")
        }
        let problems = JoinSummary(report: report, archivePath: archive.folder.root).problems
        if !problems.isEmpty {
            let count = problems.count.counted("problem", "problems")
            context.report(.warning, "not joined again: \(count)", details: problems)
        }
        return problems.isEmpty
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
        var service: ServiceConnection?
        if plan.needsService {
            do {
                service = try await ServiceConnection(self.service, connection, context: context)
            } catch CommandFailure.noKey {
                context.report(.note, "no API key: only files with an intact raw file can be rebuilt")
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
            // Without the API, all files are on this machine.
            let concurrency =
                client == nil ? .fixed(1) : DownloadConcurrency.automatic(requestsPerMinute: connection.maxRpm)
            let unjoined = try await repair.run(plan, concurrency: concurrency) { id, outcome in
                guard outcome.isFailure else { return context.note("\(id): \(FailureText.clause(outcome))") }
                failed += 1
                context.report(.warning, "\(id): \(FailureText.clause(outcome))")
            }
            return (unjoined, failed)
        }
        return if let service { try await service.use(run) } else { try await run(nil) }
    }

    /// The content that a roll-up or view should have; nil if that is not known.
    private static func document(at path: String, in folder: ArchiveFolder) async throws -> [UInt8]? {
        let view = ArchiveView.all.first { "\(ArchivePaths.views)/\($0.name)" == path }
        if let view { return Array(view.text.utf8) }
        return try await SummaryDocuments(folder).document(at: path)
    }

    private var depthName: String {
        if repair || full { return "full" }
        return quick ? "quick" : sample.map { "sample \($0)" } ?? "checksums"
    }

    private func plan(now: Timestamp) throws(CommandFailure) -> VerifyPlan {
        guard [quick, full, sample != nil].count(where: { $0 }) <= 1 else {
            throw .conflict("--quick, --sample, --full: cannot be used together")
        }
        if join.isWanted, !repair {
            throw .conflict("--join: can only be used with --repair")
        }
        if repair, quick || sample != nil {
            throw .conflict("--repair: checks all files, so it cannot be used with --quick or --sample")
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
