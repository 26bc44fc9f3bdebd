import ArgumentParser
import BatchAnalytics
import BatchArchive
import FoundationEssentials
import MessageBatches
import Tables

/// `batchkeep errors`: ranks the errors of failed requests and recommends what to do.
struct ErrorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "errors",
        abstract: "Rank failed requests by error, with trend, cost at stake and advice.",
        discussion: """
            Errors whose messages differ only in numbers, IDs, quoted parts and paths have the same fingerprint. With \
            --since, the window of the same length before it is counted as well. The cost at stake is an estimate of \
            what the failed requests would have cost, from the requests of their batches that succeeded.

            Examples:
              batchkeep errors
              batchkeep errors --since 2026-01-01 --limit 10
              batchkeep errors --format csv
            """
    )

    @OptionGroup var statistics: StatisticsOptions

    @Option(help: ArgumentHelp("Print up to this many fingerprints.", valueName: "n"))
    var limit = 50

    @OptionGroup var format: FormatOptions<TableFormat>

    func run() async throws {
        let context = CommandContext.current
        let format = try format.resolved(outputIsTerminal: context.outputIsTerminal)
        try check(limit, 1...1_000_000, "--limit")
        let source = try statistics.source(now: context.now())
        let reading = try await source.errors(now: context.now(), options: source.retryOptions())
        let batches = reading.notice.batches.counted("archived batch", "archived batches")
        let hasTable = reading.result.count > 0 || format != .table
        if !hasTable {
            try context.print(line: "No request failed in \(batches).")
        } else {
            let table = reading.result.table(
                limit: limit,
                forPeople: format.isForPeople,
                notes: reading.notice.notes(in: format)
            )
            try context.print(table, as: format)
        }
        try await source.explain(reading.notice, context)
        if hasTable, reading.result.count == 0, reading.notice.batches > 0 {
            context.report(.note, "no request failed in \(batches)")
        }
        try reading.notice.report(in: context, outputHasNotes: hasTable && format.isForPeople)
    }
}

extension ArchiveStatistics {
    /// The command-line options with which `retry` selects the same batches.
    ///
    /// `showsPath` is false for a text that others read: it names the folder of the archive, but not where it is.
    func retryOptions(showsPath: Bool = true) -> String {
        let path = showsPath ? path : URL(filePath: path).standardizedFileURL.lastPathComponent
        let since = selection.since.map { " --since \($0.shortText)" } ?? ""
        let until = selection.until.map { " --until \($0.shortText)" } ?? ""
        let ids = (selection.ids ?? []).sorted().map { " --batch \($0)" }.joined()
        return (path == ArchivePathOption.usualPath ? "" : " --archive \(path.shellQuoted)") + since + until + ids
    }
}
