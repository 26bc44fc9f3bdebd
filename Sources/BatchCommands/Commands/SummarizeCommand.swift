import ArgumentParser
import BatchAnalytics
import MessageBatches
import Tables

/// `batchkeep summarize`: adds up requests, tokens, costs and durations of archived batches, offline.
struct SummarizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summarize",
        abstract: "Add up requests, tokens and costs of archived batches by day, model, result and more.",
        discussion: """
            Reads the summaries in the manifests, offline. If summaries do not have the groups, such as \
            prefix,model, the command reads the results and prints a note. --scan and --prices always read them.

            A threshold of --fail-if limits a value of all selected batches together, for example cost_usd>100, \
            error_rate>5% or unpriced_requests>0. A threshold that cannot be evaluated counts as crossed.

            Examples:
              batchkeep summarize
              batchkeep summarize --by day,model --format csv
              batchkeep summarize --during 2026-10 --fail-if 'cost_usd>100'
            """
    )

    @OptionGroup var statistics: StatisticsOptions

    @Option(
        help: ArgumentHelp(
            "Print one row for each of these, separated by commas: \(Grouping.names.joined(separator: ", ")).",
            valueName: "names"
        )
    )
    var by = ""

    @Flag(help: "Split every row by model.")
    var breakdown = false

    @Flag(help: "Read the results instead of their summaries.")
    var scan = false

    @OptionGroup var thresholds: ThresholdOptions

    @OptionGroup var format: FormatOptions<TableFormat>

    @OptionGroup var prices: PriceOptions

    func run() async throws {
        let context = CommandContext.current
        let format = try format.resolved(outputIsTerminal: context.outputIsTerminal)
        let thresholds = try thresholds.parsedValues()
        let grouping = try grouping(in: statistics.window.zone())
        let prices = try prices.source()
        let source = try statistics.source(now: context.now(), prices: prices)
        let scan = scan || grouping.needsScan
        if scan, !self.scan { context.report(.note, scanNote(grouping)) }
        let notice: ReadingNotice
        var total: Measures?
        if grouping.isEmpty, !scan, format == .table {
            let reading = try await source.overview()
            try context.print(reading.result.block(notes: reading.notice.sentences + [prices.statement]))
            (notice, total) = (reading.notice, reading.result.measures)
        } else {
            let columns = format.isForPeople ? RollUp.mainColumns : nil
            let reading = try await source.rollUp(by: grouping, isScan: scan, columns: columns)
            let table = reading.result.table(
                caption: caption(grouping),
                forPeople: format.isForPeople,
                notes: reading.notice.notes(in: format) + [prices.statement]
            )
            try context.print(table, as: format)
            notice = reading.notice
            // Summaries that are read for a group of requests do not have all metrics of the whole.
            if scan || grouping.requestKeys.isEmpty { total = reading.result.measures }
        }
        try await source.explain(notice, context)
        if total == nil, !thresholds.isEmpty { total = try await source.rollUp(by: Grouping()).result.measures }
        let checks = total.map { total in thresholds.map { ThresholdCheck($0, on: total) } } ?? []
        for check in checks { check.report(in: context) }
        try notice.report(in: context, outputHasNotes: format.isForPeople)
        if checks.contains(where: { $0.outcome != .within }) { throw CommandExit(status: .threshold) }
    }

    private func grouping(in zone: CalendarZone) throws(StatisticsFailure) -> Grouping {
        let grouping: Grouping
        do throws(GroupingError) {
            grouping = try Grouping(by)
        } catch {
            throw .grouping(error)
        }
        var wanted = breakdown ? grouping.withModels : grouping
        wanted.zone = zone
        return wanted
    }

    /// Says why the results are read although `--scan` is not given.
    private func scanNote(_ grouping: Grouping) -> String {
        let names = grouping.requestKeys.map(\.rawValue).joined(separator: " and ")
        return "summaries do not count by \(names) together, so the results are read, which takes longer"
    }

    private func caption(_ grouping: Grouping) -> String {
        let names = grouping.batchKeys.map(\.rawValue) + grouping.requestKeys.map(\.rawValue)
        return "Archived batches" + (names.isEmpty ? "" : " by \(names.joined(separator: ", "))")
    }
}
