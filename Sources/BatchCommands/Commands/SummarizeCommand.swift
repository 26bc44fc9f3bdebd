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
            prefix,model, the command reads the results and prints a note. --scan and --prices always read them. So \
            does --expect json, which counts answers whose text is JSON (json_valid), JSON in a code block \
            (json_fenced) or neither (json_invalid).

            --by prefix groups requests by the first parts of their custom_ids: with depth 2, proj-search-0815-0001 is \
            in the group proj-search. A UUID is one part, (uuid). The automatic depth is 1. It increases while one \
            group has over 80% of the requests and the next depth has up to 30 groups. It is 0, the first part \
            without its number, if depth 1 has more groups.

            A threshold of --fail-if limits a value of all selected batches together, for example cost_usd>100, \
            error_rate>5% or unpriced_requests>0. A threshold that cannot be evaluated counts as crossed. Percentiles \
            such as queue_seconds_p95 can be up to 0.8% too high. A limit within that range is not crossed.

            Examples:
              batchkeep summarize
              batchkeep summarize --by prefix,model --sort cost_usd --top 10
              batchkeep summarize --during 2026-10 --fail-if 'cost_usd>100'
            """
    )

    @OptionGroup(title: "Which batches")
    var window: WindowOptions

    @OptionGroup var archive: ArchivePathOption

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

    @Option(help: .expect)
    var expect: AnswerExpectation?

    @OptionGroup var prefixes: PrefixOptions

    @Option(
        help: ArgumentHelp(
            "Sort rows by this column: text in ascending order, everything else in descending order.",
            valueName: "column"
        )
    )
    var sort: String?

    @Option(
        help: ArgumentHelp(
            "Print this number of rows, by requests or --sort, and add up the others in one row.",
            valueName: "n"
        )
    )
    var top: Int?

    @OptionGroup var thresholds: ThresholdOptions

    @OptionGroup var format: FormatOptions<TableFormat>

    @OptionGroup var prices: PriceOptions

    func run() async throws {
        let context = CommandContext.current
        let format = try format.resolved(outputIsTerminal: context.outputIsTerminal)
        let thresholds = try thresholds.parsedValues()
        let wanted = try wantedGrouping(in: window.zone())
        try checkOptions(of: wanted)
        let prefixes = try prefixes.choice(for: wanted, context)
        let prices = try prices.source()
        var source = try window.statistics(of: archive, now: context.now(), prices: prices)
        source.expectation = expect
        let (grouping, scan) = try await reading(of: wanted, prefixes, in: source, context)
        let ranking = try ranking(of: grouping, isScan: scan)
        let notice: ReadingNotice
        var total: Measures?
        if grouping.isEmpty, !scan, format == .table {
            let reading = try await source.overview()
            try context.print(reading.result.block(notes: reading.notice.sentences + [prices.statement]))
            (notice, total) = (reading.notice, reading.result.measures)
        } else {
            let columns = format.isForPeople ? RollUp.mainColumns : nil
            let reading = try await source.rollUp(by: grouping, isScan: scan, columns: columns, ranking: ranking)
            let table = reading.result.table(
                caption: caption(grouping),
                forPeople: format.isForPeople,
                notes: reading.notice.notes(in: format) + [prices.statement],
                named: Set(thresholds.map(\.metric.rawValue))
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

    /// Checks the options that need groups.
    private func checkOptions(of grouping: Grouping) throws(CommandFailure) {
        if grouping.isEmpty, sort != nil || top != nil {
            throw .conflict("--sort, --top: can only be used with --by or --breakdown")
        }
        if let top { try check(top, 1...100_000, "--top") }
    }

    /// The grouping with its rule for prefixes, and whether the results must be read.
    private func reading(
        of wanted: Grouping,
        _ prefixes: PrefixOptions.Choice,
        in source: ArchiveStatistics,
        _ context: CommandContext
    ) async throws -> (grouping: Grouping, isScan: Bool) {
        var grouping = wanted
        var needsScan = wanted.needsScan
        if wanted.requestKeys.contains(.prefix) {
            let found = try await source.prefixGrouping(wanted, rule: prefixes.rule(in: source))
            (grouping, needsScan) = (found.grouping, !found.summariesSuffice)
        }
        let isScan = scan || expect != nil
        if needsScan, !isScan { context.report(.note, scanNote(grouping)) }
        return (grouping, isScan || needsScan)
    }

    /// The order of the rows, or nil for the usual one.
    private func ranking(of grouping: Grouping, isScan: Bool) throws(StatisticsFailure) -> RowRanking? {
        guard sort != nil || top != nil else { return nil }
        let columns = RollUp.sortColumns(of: grouping, isScan: isScan, expectsJSON: expect == .json)
        if let sort, !columns.contains(sort) { throw .unknownSortColumn(sort, columns: columns) }
        return RowRanking(by: sort, limit: top)
    }

    private func wantedGrouping(in zone: CalendarZone) throws(StatisticsFailure) -> Grouping {
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
        guard grouping.requestKeys.count > 1 else {
            let rule = grouping.prefixRule.clause
            return "summaries do not count by \(rule), so the results are read, which takes longer"
        }
        let names = grouping.requestKeys.map(\.rawValue).joined(separator: " and ")
        return "summaries do not count by \(names) together, so the results are read, which takes longer"
    }

    private func caption(_ grouping: Grouping) -> String {
        let names = grouping.batchKeys.map(\.rawValue) + grouping.requestKeys.map(\.rawValue)
        return "Archived batches" + (names.isEmpty ? "" : " by \(names.joined(separator: ", "))")
    }
}
