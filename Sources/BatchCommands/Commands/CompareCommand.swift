import ArgumentParser
import BatchAnalytics
import BatchArchive
import BatchPipeline
import MessageBatches
import Tables

/// `batchkeep compare A B`: compares two windows, days, models or batches, and checks thresholds.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two windows, days, models or batches, and check thresholds.",
        discussion: """
            A and B are each a window such as 2026-11-01..2026-11-08 (without its end), a day, a week such as \
            2026-W45 or last-week, a month such as 2026-10, 7d, a model, or a batch ID.

            A threshold with a sign limits the change from A to B; a threshold without a sign limits B. Examples are \
            error_rate>+1%, cost_per_request_usd>+10% and unpriced_requests>0. For rates, +1% means one percentage \
            point more, as in the column Difference. For other metrics, +10% means 10% more, as in the column Change. \
            A threshold that cannot be evaluated counts as crossed. Percentiles can be up to 0.8% too high.

            Examples:
              batchkeep compare 2026-08 2026-10
              batchkeep compare 2026-08 2026-10 --fail-if 'error_rate>+1%'
              batchkeep compare 2024-08-01..2025-01-01 2025-01-01..2026-01-01 --format markdown
            """
    )

    @Argument(help: ArgumentHelp("The side to compare with.", valueName: "a"))
    var before: String

    @Argument(help: ArgumentHelp("The side to compare.", valueName: "b"))
    var after: String

    @OptionGroup var thresholds: ThresholdOptions

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup var archive: ArchivePathOption

    @Flag(help: "Read the result lines, to compare token sizes of models too.")
    var scan = false

    @OptionGroup var format: FormatOptions<TableFormat>

    @OptionGroup var prices: PriceOptions

    func run() async throws {
        let context = CommandContext.current
        let format = try format.resolved(outputIsTerminal: context.outputIsTerminal)
        let thresholds = try thresholds.parsed()
        let prices = try prices.source()
        let limits = try window.selection(now: context.now())
        let zone = try window.zone()
        let sides = try [before, after].map { try ComparedSide($0, within: limits, now: context.now(), in: zone) }
        let source = try window.statistics(of: archive, now: context.now(), prices: prices)
        var notice = ReadingNotice()
        var measures: [Measures] = []
        var empty: [(side: ComparedSide, isComplete: Bool)] = []
        var lacksModels = false
        for side in sides {
            let reading = try await rollUp(of: side, in: source)
            let values = side.model.map { reading.result.measures(ofModel: $0) } ?? reading.result.measures
            measures.append(values)
            lacksModels = lacksModels || reading.result.hasOther
            let isComplete = reading.notice.unreadable.isEmpty && !reading.result.hasOther
            if values.requests == 0 { empty.append((side, isComplete)) }
            notice.merge(reading.notice)
        }
        let comparison = Comparison(before: measures[0], after: measures[1])
        let table = comparison.table(
            names: sides.map(\.name),
            forPeople: format.isForPeople,
            notes: (lacksModels ? [Self.otherModels] : []) + notice.notes(in: format) + [prices.statement]
        )
        try context.print(table, as: format)
        for (side, isComplete) in empty {
            try await side.explainEmpty(in: source.archives, isComplete: isComplete, context)
        }
        let checks = thresholds.map { ThresholdCheck($0, on: comparison) }
        for check in checks { check.report(in: context) }
        try notice.report(in: context, outputHasNotes: format.isForPeople)
        if checks.contains(where: { $0.outcome != .within }) { throw CommandExit(status: .threshold) }
    }

    private static let otherModels =
        "Summaries keep a limited number of models, so requests of rare ones can be missing. To count all, add --scan."

    private func rollUp(
        of side: ComparedSide,
        in source: ArchiveStatistics
    ) async throws -> ArchiveStatistics.Reading<RollUp> {
        var source = source
        source.selection = side.selection
        let grouping = side.model == nil ? Grouping() : Grouping(by: [], .model)
        return try await source.rollUp(by: grouping, isScan: scan)
    }
}
