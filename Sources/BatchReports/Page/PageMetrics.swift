import BatchAnalytics
import BatchArchive
import BatchPipeline
import MessageBatches
import Tables

/// All values of the report page, added up in one pass over the manifests.
struct PageMetrics: Sendable {
    private var days: RollUp
    private var daily: RollUp
    private var models = RollUp(by: Grouping(by: [], .model))
    private var errors = RollUp(by: Grouping(by: [], .error))
    private var batches = RollUp(by: Grouping(by: [.batch]), columns: RollUp.mainColumns)

    /// The kinds of summaries to read from every manifest.
    static let kinds = SummaryRegistry.kinds.filter { kind in
        let groupings = [Grouping(), Grouping(by: [], .model), Grouping(by: [], .error)]
        return groupings.contains { RollUp.kinds(for: $0).contains { $0 == kind } }
    }

    /// Creates empty values; their days are those of the zone.
    init(in zone: CalendarZone) {
        var (days, daily) = (Grouping(by: [.day]), Grouping(by: [.day], .model))
        days.zone = zone
        daily.zone = zone
        self.days = RollUp(by: days)
        self.daily = RollUp(by: daily)
    }

    mutating func add(_ batch: SummarizedBatch) {
        days.add(batch)
        daily.add(batch)
        models.add(batch)
        errors.add(batch)
        batches.add(batch)
    }

    mutating func merge(_ other: PageMetrics) {
        days.merge(other.days)
        daily.merge(other.daily)
        models.merge(other.models)
        errors.merge(other.errors)
        batches.merge(other.batches)
    }

    /// The number of batches that were added.
    var batchCount: Int { days.measures.batches }

    /// Writes the values to the document of a page.
    func fill(_ document: inout ReportDocument) {
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
        document.models = models.table(caption: "Succeeded requests by model", forPeople: true)
        document.errors = ErrorTrend(errors: errors).table(limit: 500, forPeople: true)
        document.batches = newestFirst
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
                DailyUsage(day: day.day, model: "not succeeded", requests: day.requests - succeeded, cost: nil)
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
    /// The rows of a table by day, or by day and model, as daily usage.
    fileprivate var usage: [DailyUsage] {
        let places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1.key, $0) })
        guard let requests = places["requests"], let cost = places["cost_usd"] else { return [] }
        return rows.compactMap { row in
            guard case .text(let text) = row[0], let day = CalendarDay(text), case .integer(let count) = row[requests]
            else { return nil }
            let model = if let place = places["model"], case .text(let name) = row[place] { name } else { "" }
            let money: Money? = if case .money(let money) = row[cost] { money } else { nil }
            return DailyUsage(day: day, model: model, requests: count, cost: money)
        }
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
