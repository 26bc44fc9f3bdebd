import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchJoin
import BlockGzip
import MessageBatches

/// `batchkeep show`: shows everything that the archive contains about one request.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one request: result, answer, usage, cost, error, and where it is stored.",
        discussion: """
            A custom_id is unique only within its batch: all batches that have it are shown. If query has built the \
            index, the line is found at once; other batches are read. The request is shown after the answer if --join \
            names the submitted requests, or if joined/ of the archive contains it.

            Examples:
              batchkeep show ticket-0007
              batchkeep show q001 --join samples/requests/2025-06-sql-generation.jsonl
              batchkeep show q001 --raw
            """
    )

    @Argument(help: ArgumentHelp("The ID of the request.", valueName: "custom_id"))
    var customID: String

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Flag(help: "Print the line as archived, and nothing else.")
    var raw = false

    @Flag(help: "Leave out the request and the joined rows.")
    var noRequest = false

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup(title: "Sources")
    var join: JoinOptions

    @OptionGroup var prices: PriceOptions

    @OptionGroup(title: "Archive")
    var archive: ArchivePathOption

    func run() async throws {
        let context = CommandContext.current
        try format.check()
        if format.isJSON, raw { throw CommandFailure.conflict("--json, --raw: cannot be used together") }
        if noRequest, join.isWanted { throw CommandFailure.conflict("--no-request, --join: cannot be used together") }
        let window = try window.window(now: context.now())
        var output = RequestOutput(prices: try prices.source(), context: context)
        let sources = try join.isWanted ? PreparedJoin(join.readingSettings()) : nil
        let search = RequestSearch(customID: customID, window: window, ids: self.window.ids)
        var errors = ScanErrors(context: context)
        var count = 0
        var manifests: [Manifest] = []
        let archives = try archive.archives()
        var batches: [String] = []
        for archive in archives {
            output.source = archive.source
            let finder = JoinedMatches(in: archive.folder, sources: sources, codec: try CodecChoice.auto.codec())
            let lines = try await search.lines(in: archive.folder) { errors.report($0) }
            if !raw { manifests += lines.map(\.manifest) }
            for line in lines {
                var joined: [JoinedMatch] = []
                do {
                    if !raw, !noRequest { joined = try finder.matches(of: line.line.block, in: line.manifest) }
                } catch let failure as ArchiveFailure {
                    errors.report([failure])
                }
                batches.append(line.manifest.batch.id)
                try show(line, joined, isFirst: count == 0, by: output)
                count += 1
            }
        }
        errors.reportPruned()
        if count == 0 {
            let selection = ArchiveSelection(window, ids: self.window.ids)
            try await EmptyResult(selection: selection).explain(in: archives, context)
        }
        for pattern in sources?.unmatchedPatterns(of: batches) ?? [] { context.report(.warning, pattern.sentence) }
        if count == 0 {
            throw CommandFailure.unknownRequest(
                customID,
                isComplete: errors.isComplete,
                isDamaged: errors.isDamaged
            )
        }
        errors.noteOutdated(manifests, pricedBy: output.prices)
        if errors.isDamaged { throw CommandExit(status: .integrity) }
    }

    private func show(_ line: StoredLine, _ joined: [JoinedMatch], isFirst: Bool, by output: RequestOutput) throws {
        if raw {
            try output.context.writeData(Array(line.line.bytes) + [0x0A])
        } else if format.isJSON {
            try output.context.writeJSON(try output.document(of: line, joined))
        } else {
            try output.context.print((isFirst ? "" : "\n") + output.text(of: line, joined))
        }
    }
}

extension ScanErrors {
    fileprivate mutating func report(_ event: SearchEvent) {
        switch event {
        case .withoutIndex(let isDamaged):
            let reason = isDamaged ? "result index damaged" : "result index not found"
            context.report(.note, "\(reason): the raw files are read instead, and the next batchkeep query rebuilds it")
        case .searching(let manifests): countPruned(manifests)
        case .unreadable(let failure): report([failure])
        }
    }
}
