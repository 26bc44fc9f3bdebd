import BatchAnalytics
import BatchArchive
import BatchPipeline
import MessageBatches
import Tables

/// All values of the report page, added up in one pass over the manifests.
struct PageMetrics: Sendable {
    private var days: RollUp
    private var daily: RollUp
    private var hours: RollUp
    private var models = RollUp(by: Grouping(by: [], .model))
    private var prefixes: RollUp
    private var errors: RollUp
    /// The names of the archives if there are several.
    private let sources: Set<String>
    private var batches = RollUp(by: Grouping(by: [.batch]), columns: Self.batchColumns)

    /// The columns of the table of batches, which fit in a window of usual width.
    private static let batchColumns = RollUp.mainColumns.filter { $0 != "assumed_price_requests" }

    /// The kinds of summaries to read from every manifest.
    static let kinds = SummaryRegistry.kinds.filter { kind in
        let groupings = [
            Grouping(), Grouping(by: [], .model), Grouping(by: [], .prefix), Grouping(by: [], .error),
        ]
        return groupings.contains { RollUp.kinds(for: $0).contains { $0 == kind } }
    }

    /// Creates empty values; their days are those of the zone, and `byPrefix` is a grouping by prefix.
    ///
    /// `sources` are the names of the archives if there are several.
    init(in zone: CalendarZone, byPrefix: Grouping = Grouping(by: [], .prefix), sources: Set<String> = []) {
        func rollUp(_ grouping: Grouping, columns: [String]? = nil) -> RollUp {
            var grouping = grouping
            grouping.zone = zone
            return RollUp(by: grouping, columns: columns)
        }
        days = rollUp(Grouping(by: [.day]))
        daily = rollUp(Grouping(by: [.day], .model))
        prefixes = RollUp(by: byPrefix)
        errors = RollUp(by: RollUp.errorGrouping(of: sources))
        self.sources = sources
        hours = rollUp(Grouping(by: [.hour]), columns: ["batches", "queue_seconds_p50", "queue_seconds_p95"])
    }

    mutating func add(_ batch: SummarizedBatch) {
        days.add(batch)
        daily.add(batch)
        hours.add(batch)
        models.add(batch)
        prefixes.add(batch)
        errors.add(batch)
        batches.add(batch)
    }

    mutating func merge(_ other: PageMetrics) {
        days.merge(other.days)
        daily.merge(other.daily)
        hours.merge(other.hours)
        models.merge(other.models)
        prefixes.merge(other.prefixes)
        errors.merge(other.errors)
        batches.merge(other.batches)
    }

    /// The number of batches that were added.
    var batchCount: Int { days.measures.batches }

    /// The values that a later window is compared with.
    func asPeriodBefore(_ start: Timestamp, _ end: Timestamp) -> PeriodBefore {
        PeriodBefore(start: start, end: end, measures: days.measures, errors: errors)
    }

    /// The maximum number of errors and of prefixes on the page.
    private static let longestTable = 500

    /// Writes the values to the document of a page.
    ///
    /// `before` contains the values of the period before, if there is one. `options` returns the options with which a
    /// command finds the same batches, in all archives or in the one with a name.
    func fill(
        _ document: inout ReportDocument,
        before: PeriodBefore?,
        options: @escaping @Sendable (_ source: String?) -> String
    ) {
        let measures = days.measures
        document.prices.unpriced = Dictionary(
            measures.cost.unpricedByModel.map { ($0.model ?? RollUp.other, Int64($0.requests)) },
            uniquingKeysWith: { $0.addingClamped($1) }
        )
        document.prices.notBilled = measures.cost.notBilledSentence
        document.headline = Self.headline(measures)
        document.daily = dailyUsage
        document.results = Self.results(measures)
        document.usable = Int64(measures.usable)
        document.tokens = measures.usage
        document.outputTokens = Distribution(measures.sizes.output)
        document.queueSeconds = Distribution(measures.queue)
        document.queueHours = queueHours
        document.models =
            models.table(caption: "Succeeded requests by model, highest cost first", forPeople: true)
            .sortedByCost
        document.models?.notes += Self.otherSentences(models, "model")
        document.prefixes = prefixTable
        document.errors = errorTable(before?.errors, options)
        document.batches = newestFirst
        guard let before else { return }
        document.periodBefore = before.sentence(in: days.grouping.zone)
        if before.measures.batches > 0 {
            document.changes = Self.changes(from: Self.headline(before.measures), to: document.headline)
        }
    }

    /// The errors with their message first, and the sentences about their classes.
    private func errorTable(
        _ before: RollUp?,
        _ options: @escaping @Sendable (_ source: String?) -> String
    ) -> Table {
        let trend = ErrorTrend(errors: errors, before: before, sources: sources, options: options)
        var table = trend.table(limit: Self.longestTable, forPeople: false)
        table.arrange(Self.errorColumns)
        table.caption = "Errors by fingerprint, most frequent first"
        // Each row has its command.
        table.notes = trend.adviceWithoutCommands + [trend.otherSentence].compactMap(\.self)
        let more = trend.rowCount - table.rows.count
        if more > 0 { table.notes.append("\(more.counted("error is", "errors are")) not shown.") }
        return table
    }

    private static let errorColumns = [
        "error_message", "requests", "requests_before", "change", "error_class", "error_type", "cost_at_stake_usd",
        "sample_custom_id", "first_seen", "last_seen", "fingerprint", "command",
    ]

    /// Requests by prefix; nil if no custom ID has one.
    private var prefixTable: Table? {
        var table =
            prefixes.table(caption: "Requests by prefix of their custom IDs, highest cost first", forPeople: true)
            .sortedByCost
        guard table.rows.contains(where: { $0.first != .text(RollUp.none) }) else { return nil }
        table.notes += Self.otherSentences(prefixes, "prefix")
        let more = table.rows.count - Self.longestTable
        if more > 0 {
            table.rows.removeLast(more)
            table.notes.append(
                "\(more.counted("prefix is", "prefixes are")) not shown; `batchkeep summarize --by prefix` lists all."
            )
        }
        return table
    }

    /// The sentence about groups without a row of their own; empty if there are none.
    private static func otherSentences(_ rollUp: RollUp, _ key: String) -> [String] {
        guard rollUp.hasOther else { return [] }
        let limit = "Summaries keep a limited number of groups, and \(RollUp.other) has the rest."
        return ["\(limit) To list all, run `batchkeep summarize --by \(key) --scan`."]
    }

    private var queueHours: [QueueHour] {
        let table = hours.table()
        return table.rows.compactMap { row in
            guard case .text(let hour) = row[0], case .integer(let batches) = row[1], let p50 = row[2].number,
                let p95 = row[3].number
            else { return nil }
            return Int(hour).map { QueueHour(hour: $0, batches: Int(batches), p50: p50, p95: p95) }
        }
    }

    private static func headline(_ measures: Measures) -> [Metric] {
        func share(_ label: String, _ value: Double?, tone: Tone = .normal, note: String? = nil) -> Metric {
            Metric(label, .decimal(value), .percent, tone: tone, note: note)
        }
        let cost = measures.cost
        let tokens = UsageField.priced.reduce(Int64(0)) { $0.addingClamped(measures.usage[$1]) }
        let list = Metric("", .money(cost.list), .money).text
        let slow = measures.queue.percentile(95).map { "p95 \(Metric("", .integer($0), .duration).text)" }
        return [
            Metric("Requests", .integer(measures.requests), .integer, note: Self.batches(measures.batches)),
            Metric(
                "Cost",
                cost.isUnknown ? .missing : .money(cost.batch),
                .money,
                note: cost.isUnknown ? nil : "list price \(list)"
            ),
            Metric("Saved by cache", .money(cost.savedByCache), .money, note: "writes included"),
            share("Usable", measures.usableRate, note: "of the succeeded requests"),
            share("Error rate", measures.errorRate, tone: .bad, note: "\(measures.errored.displayText) errored"),
            Metric("Tokens", .integer(tokens), .integer, note: "cached ones included"),
            share("Cache hit ratio", measures.cacheHitRatio, note: "of prompt tokens"),
            Metric("Queue time, p50", .integer(measures.queue.percentile(50)), .duration, note: slow),
        ]
    }

    private static func batches(_ count: Int) -> String {
        "in \(count.counted("batch", "batches"))"
    }

    private static func results(_ measures: Measures) -> [String: Int64] {
        var byType: [String: Int64] = [:]
        for type in ResultType.known { byType[type.name] = Int64(measures.outcomes[type]) }
        for row in measures.outcomes.unknown.rows {
            byType[row.key.text] = byType[row.key.text, default: 0].addingClamped(Int64(row.value.count))
        }
        let rest = measures.outcomes.unknown.other.count
        if rest > 0 { byType[RollUp.other] = Int64(rest) }
        return byType.filter { $0.value > 0 }
    }

    /// Requests and cost by day and model.
    ///
    /// Requests that did not succeed have no model.
    private var dailyUsage: [DailyUsage] {
        var usage = daily.table().usage
        let succeededByDay = Dictionary(usage.map { ($0.day, $0.requests) }) { $0.addingClamped($1) }
        for day in days.table().usage {
            let succeeded = succeededByDay[day.day] ?? 0
            guard day.requests > succeeded else { continue }
            usage.append(
                DailyUsage(day: day.day, model: nil, requests: day.requests - succeeded, cost: nil)
            )
        }
        return usage
    }

    private var newestFirst: Table {
        var table = batches.table(caption: "Archived batches, newest first", forPeople: true)
        let created = table.columns.firstIndex { $0.key == "created_at" } ?? 0
        func moment(_ row: [Cell]) -> Int128 {
            if case .timestamp(let moment) = row[created] { moment.nanoseconds } else { 0 }
        }
        table.rows.sort { moment($0) > moment($1) }
        return table
    }
}

extension Table {
    /// The table with the rows in descending order of cost; rows without a cost are last.
    fileprivate var sortedByCost: Table {
        guard let cost = columns.firstIndex(where: { $0.key == "cost_usd" }) else { return self }
        var table = self
        // The order of equal costs stays: that of the requests.
        table.rows = rows.enumerated()
            .sorted { left, right in
                let values = (left.element[cost].amount, right.element[cost].amount)
                return values.0 != values.1 ? values.0 > values.1 : left.offset < right.offset
            }
            .map(\.element)
        return table
    }

    /// Keeps only the columns with these keys, in this order.
    fileprivate mutating func arrange(_ keys: [String]) {
        let places = keys.compactMap { key in columns.firstIndex { $0.key == key } }
        columns = places.map { columns[$0] }
        rows = rows.map { row in places.map { row[$0] } }
    }

    /// The rows of a table by day, or by day and model, as daily usage.
    fileprivate var usage: [DailyUsage] {
        let places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1.key, $0) })
        guard let requests = places["requests"], let cost = places["cost_usd"] else { return [] }
        return rows.compactMap { row in
            guard case .text(let text) = row[0], let day = CalendarDay(text), case .integer(let count) = row[requests]
            else { return nil }
            let model: String? = if let place = places["model"], case .text(let name) = row[place] { name } else { nil }
            let money: Money? = if case .money(let money) = row[cost] { money } else { nil }
            return DailyUsage(day: day, model: model, requests: count, cost: money)
        }
    }
}

extension Cell {
    /// The exact amount; a missing one is below every other.
    fileprivate var amount: Money {
        if case .money(let amount) = self { amount } else { Money(picoDollars: -1) }
    }
}

extension Distribution {
    /// The values of a histogram, with each bucket represented by its middle, and the usual percentiles.
    fileprivate init(_ histogram: ValueHistogram) {
        self.init()
        points = histogram.buckets.map { bucket in
            let middle = (Double(bucket.values.lowerBound) + Double(bucket.values.upperBound)) / 2
            return Point(value: middle, count: Int64(bucket.count))
        }
        percentiles = [50, 90, 95, 99]
            .compactMap { percent in
                histogram.percentile(percent).map { Percentile("p\(percent)", Double($0)) }
            }
        if histogram.count > 0 { percentiles.append(Percentile("max", Double(histogram.maximum))) }
    }
}
