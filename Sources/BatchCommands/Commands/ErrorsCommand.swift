import ArgumentParser
import BatchAnalytics
import BatchArchive
import MessageBatches
import Tables

/// `batchkeep errors`: ranks the errors of failed requests and recommends what to do.
struct ErrorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "errors",
        abstract: "Rank what failed by fingerprint, with the trend, the cost at stake and what helps.",
        discussion: """
            Errors whose messages differ only in numbers, ids, quoted parts and paths have one fingerprint. With --since the
            window of the same length before it is counted too. The cost at stake is what the failed requests would have
            cost, estimated from the succeeded ones of their batches.
            """
    )

    @OptionGroup var statistics: StatisticsOptions

    @Option(help: ArgumentHelp("At most so many fingerprints.", valueName: "n"))
    var limit = 50

    @OptionGroup var format: FormatOptions<TableFormat>

    func run() async throws {
        let context = CommandContext.current
        let format = try format.chosen() ?? .table
        try check(limit, 1...1_000_000, "--limit")
        let source = try statistics.source(now: context.now())
        let reading = try await source.errors(now: context.now(), options: source.retryOptions)
        let hasTable = reading.result.count > 0 || format != .table
        if !hasTable {
            let batches = reading.notice.batches.counted("archived batch", "archived batches")
            try context.print(line: "No request failed in \(batches).")
        } else {
            let table = reading.result.table(
                limit: limit,
                forPeople: format.isForPeople,
                notes: reading.notice.sentences
            )
            try context.print(table, as: format)
        }
        try reading.notice.report(in: context, outputHasNotes: hasTable && format.hasNotes)
    }
}

extension ArchiveStatistics {
    /// The command-line options with which `retry` selects the same batches.
    fileprivate var retryOptions: String {
        let since = selection.since.map { " --since \($0.shortText)" } ?? ""
        let until = selection.until.map { " --until \($0.shortText)" } ?? ""
        let ids = (selection.ids ?? []).sorted().map { " --batch \($0)" }.joined()
        return (path == ArchivePathOption.usualPath ? "" : " --archive \(path.shellQuoted)") + since + until + ids
    }
}
