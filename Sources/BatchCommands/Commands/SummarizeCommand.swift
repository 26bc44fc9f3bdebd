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
            Reads the summaries in the manifests, offline. --scan and --prices read the results: for groups that \
            summaries do not have, and for prices other than the recorded ones.

            Examples:
              batchkeep summarize
              batchkeep summarize --since 2024-08-01 --by month
              batchkeep summarize --by day,model --format csv
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

    @OptionGroup var format: FormatOptions<TableFormat>

    @OptionGroup var prices: PriceOptions

    func run() async throws {
        let context = CommandContext.current
        let format = try format.resolved(outputIsTerminal: context.outputIsTerminal)
        let grouping = try grouping(in: statistics.window.zone())
        let prices = try prices.source()
        let source = try statistics.source(now: context.now(), prices: prices)
        let notice: ReadingNotice
        if grouping.isEmpty, !scan, format == .table {
            let reading = try await source.overview()
            try context.print(reading.result.block(notes: reading.notice.sentences + [prices.statement]))
            notice = reading.notice
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
        }
        try await source.explain(notice, context)
        try notice.report(in: context, outputHasNotes: format.isForPeople)
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
        guard scan || !wanted.needsScan else { throw .needsScan(wanted.requestKeys.map(\.rawValue)) }
        return wanted
    }

    private func caption(_ grouping: Grouping) -> String {
        let names = grouping.batchKeys.map(\.rawValue) + grouping.requestKeys.map(\.rawValue)
        return "Archived batches" + (names.isEmpty ? "" : " by \(names.joined(separator: ", "))")
    }
}
