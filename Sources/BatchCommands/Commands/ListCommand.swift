import ArgumentParser
import BatchArchive
import BatchPipeline
import BatchService
import MessageBatches
import Tables

/// `batchkeep list`: lists the batches of a window as the API describes them.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List batches as the API describes them.",
        discussion: """
            NDJSON and JSON contain each batch object as received, unknown fields included. Batches are listed newest \
            first; with --before-id, pages are read toward newer batches.

            Examples:
              batchkeep list --since 30d
              batchkeep list --status in_progress
              batchkeep list --since 2024-08-01 --limit 5 --format csv
            """
    )

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup(title: "Which batches")
    var status: StatusOptions

    @OptionGroup(title: "Which batches")
    var shard: ShardOptions

    @Option(help: ArgumentHelp("Stop after this many batches.", valueName: "n"))
    var limit: Int?

    @Option(
        help: ArgumentHelp("Start after this batch, with older ones.", valueName: "id"),
        transform: NamedValue.batchID
    )
    var afterID: String?

    @Option(
        help: ArgumentHelp("Start before this batch, with newer ones.", valueName: "id"),
        transform: NamedValue.batchID
    )
    var beforeID: String?

    @OptionGroup var format: FormatOptions<TableFormat>

    @Flag(name: .shortAndLong, help: .quiet)
    var quiet = false

    @OptionGroup var service: ServiceOptions

    @OptionGroup(title: HelpText.advanced)
    var connection: ConnectionOptions

    @OptionGroup(title: HelpText.advanced)
    var pages: PageOptions

    func run() async throws {
        let context = CommandContext.current.quiet(quiet)
        let format = try format.resolved(outputIsTerminal: context.outputIsTerminal)
        if afterID != nil, beforeID != nil { throw CommandFailure.bothCursors }
        try pages.check()
        if let limit { try check(limit, 1...Int.max, "--limit") }
        let window = try window.window(now: context.now())
        let filter = BatchFilter(
            statuses: try status.statuses(),
            ids: self.window.ids,
            shard: try shard.part()
        )
        let output = BatchListOutput(format: format, context: context)
        let service = try await ServiceConnection(service, connection, context: context)
        if context.notesAreTerminal { context.note("Listing \(window.sentence) (UTC), newest first.") }
        try await service.use { client in
            try await list(window, filter, from: client, to: output)
        }
    }

    private func list(
        _ window: BatchWindow,
        _ filter: BatchFilter,
        from client: BatchServiceClient,
        to output: BatchListOutput
    ) async throws {
        let context = CommandContext.current
        var output = output
        var left = limit ?? Int.max
        var malformed: [MalformedBatch] = []
        var serverDate: Timestamp?
        if let ids = filter.ids {
            for id in ids.sorted() {
                try output.add([try await client.messageBatch(id: id).batch].filter { filter.passes($0) })
            }
            if output.isEmpty { context.report(.warning, Self.notSelected(ids.count)) }
        } else {
            var walk = BatchWalk(
                lister: client,
                walker: PageWalker(
                    window: window,
                    pageSize: pages.size,
                    direction: beforeID == nil ? .older : .newer,
                    startingAt: afterID ?? beforeID
                )
            )
            while left > 0, let batches = try await walk.next() {
                let wanted = batches.filter { filter.passes($0) }.prefix(left)
                left -= wanted.count
                try output.add(Array(wanted))
            }
            malformed = walk.malformed.filter { $0.id.flatMap { filter.shard?.contains($0) } ?? true }
            serverDate = walk.head?.date
            if let size = walk.pageSize.reduced {
                let message = pages.limited(to: size)
                if !quiet || message.kind == .warning { context.report(message.kind, message.text) }
            }
            if output.isEmpty, malformed.isEmpty { context.report(.warning, reasonForNone(of: walk, in: window)) }
        }
        try output.finish()
        for batch in malformed {
            let id = batch.id ?? "a batch"
            let isRemoved = batch.isRemoved(asOf: serverDate)
            context.report(
                .warning,
                isRemoved ? FailureText.removed(id: id, because: batch.reason) : "\(id): \(batch.reason)"
            )
        }
        if !malformed.allSatisfy({ $0.isRemoved(asOf: serverDate) }) { throw CommandExit(status: .partial) }
    }

    /// The reason why no batch was listed, and what the API has instead.
    private func reasonForNone(of walk: BatchWalk, in window: BatchWindow) -> String {
        let place = afterID.map { " after \($0)" } ?? beforeID.map { " before \($0)" } ?? ""
        if walk.inWindow > 0 { return Self.notSelected(walk.inWindow) }
        guard let created = walk.created else { return "the API lists no batches\(place) for this key" }
        return "no batch was \(ArchiveSelection(window).createdClause): the newest listed batch\(place) is from "
            + "\(created.upperBound.day.text), the oldest from \(created.lowerBound.day.text)"
    }

    /// The reason if the other options select none of some batches.
    private static func notSelected(_ count: Int) -> String {
        "--status or --shard does not select any of \(count.counted("batch", "batches"))"
    }
}
