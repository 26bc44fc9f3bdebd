import BatchAnalytics
import BatchArchive
import BatchPipeline
import BatchReports
import Foundation
import MessageBatches
import Prices
import Tables

/// Everything the report page shows, added up in one pass over the manifests.
struct PageFigures: Sendable {
    private let pricer: Pricer
    private var days: RollUp
    private var daily: RollUp
    private var models: RollUp
    private var errors: RollUp
    private var batches: RollUp

    init(pricer: Pricer) {
        self.pricer = pricer
        days = RollUp(by: Grouping(by: [.day]), pricer: pricer)
        daily = RollUp(by: Grouping(by: [.day], .model), pricer: pricer)
        models = RollUp(by: Grouping(by: [], .model), pricer: pricer)
        errors = RollUp(by: Grouping(by: [], .error), pricer: pricer)
        batches = RollUp(by: Grouping(by: [.batch]), pricer: pricer, columns: FigureTable.mainColumns)
    }

    /// What is read of every batch.
    static let kinds = SummaryRegistry.kinds.filter { kind in
        let groupings = [Grouping(), Grouping(by: [], .model), Grouping(by: [], .error)]
        return groupings.contains { RollUp.kinds(for: $0).contains { $0 == kind } }
    }

    mutating func add(_ entry: RollUpEntry) {
        let addition = EntryAddition(entry, pricer: pricer)
        days.add(addition)
        daily.add(addition)
        models.add(addition)
        errors.add(addition)
        batches.add(addition)
    }

    mutating func merge(_ other: PageFigures) {
        days.merge(other.days)
        daily.merge(other.daily)
        models.merge(other.models)
        errors.merge(other.errors)
        batches.merge(other.batches)
    }

    /// How many batches were added.
    var batchCount: Int { days.measures.batches }

    /// Puts the figures into a page's document.
    func fill(_ document: inout ReportDocument) {
        let measures = days.measures
        document.prices.unpriced = Dictionary(
            days.table().unpriced.map { ($0.model ?? RollUp.other, Int64($0.requests)) },
            uniquingKeysWith: +
        )
        document.headline = Self.headline(measures)
        document.daily = dailyUsage
        document.results = Self.results(measures)
        document.tokens = measures.usage
        document.outputTokens = Distribution(measures.sizes.output)
        document.queueSeconds = Distribution(measures.queue)
        document.models = FigureTable.table(
            models.table(),
            caption: "Succeeded requests by model",
            forPeople: true,
            notes: []
        )
        document.errors = ErrorTrend(errors: errors, before: nil, selection: "").table(limit: 500, forPeople: true)
        document.batches = newestFirst
    }

    private static func headline(_ measures: Measures) -> [Figure] {
        func share(_ label: String, _ value: Double?, tone: Tone = .normal, note: String? = nil) -> Figure {
            Figure(label, value.map { .decimal($0) } ?? .missing, .percent, tone: tone, note: note)
        }
        let cost = measures.cost
        let tokens = UsageField.priced.map { measures.usage[$0] }
        let list = Figure("", .money(cost.list.text), .money).text
        let slow = measures.queue.percentile(95).map { "p95 \(Figure("", .integer($0), .duration).text)" }
        return [
            Figure("Requests", .integer(measures.requests), .integer, note: Self.batches(measures.batches)),
            Figure(
                "Cost",
                cost.isUnknown ? .missing : .money(cost.batch.text),
                .money,
                note: cost.isUnknown ? nil : "list price \(list)"
            ),
            Figure("Saved by cache", .money(cost.savedByCache.text), .money, note: "writes included"),
            share("Usable", measures.usableRate, note: "of the succeeded requests"),
            share("Error rate", measures.errorRate, tone: .bad, note: "\(measures.errored.reading) errored"),
            Figure("Tokens", .integer(tokens.reduce(0, +)), .integer, note: "cached ones included"),
            share("Cache hit ratio", measures.cacheHitRatio, note: "of prompt tokens"),
            Figure("Queue time, p50", .integer(measures.queue.percentile(50)), .duration, note: slow),
        ]
    }

    private static func batches(_ count: Int) -> String {
        "in \(count.counted("batch", "batches"))"
    }

    private static func results(_ measures: Measures) -> ResultMix {
        var byType: [String: Int64] = [:]
        for type in ResultType.known { byType[type.name] = Int64(measures.outcomes[type]) }
        for row in measures.outcomes.unknown.rows { byType[row.key.text, default: 0] += Int64(row.value.count) }
        let rest = measures.outcomes.unknown.other.count
        if rest > 0 { byType[RollUp.other] = Int64(rest) }
        return ResultMix(byType: byType.filter { $0.value > 0 }, usable: Int64(measures.usable))
    }

    /// Requests and cost by day and model; requests that did not succeed have no model.
    private var dailyUsage: [DailyUsage] {
        var usage = daily.table().usage
        let succeededByDay = Dictionary(usage.map { ($0.day, $0.requests) }, uniquingKeysWith: +)
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
        var table = FigureTable.table(
            batches.table(),
            caption: "Archived batches, the newest first",
            forPeople: true,
            notes: []
        )
        let created = table.columns.firstIndex { $0.key == "created_at" } ?? 0
        func moment(_ row: [Cell]) -> Int64 {
            if case .timestamp(let moment) = row[created] { moment.nanoseconds } else { 0 }
        }
        table.rows.sort { moment($0) > moment($1) }
        return table
    }
}

extension RollUpTable {
    /// The rows of a table by day, or by day and model.
    fileprivate var usage: [DailyUsage] {
        let places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1.name, $0) })
        guard let requests = places["requests"], let cost = places["cost_usd"] else { return [] }
        return rows.compactMap { row in
            guard case .text(let text) = row[0], let day = CalendarDay(text), case .count(let count) = row[requests]
            else { return nil }
            let model = if let place = places["model"], case .text(let name) = row[place] { name } else { "" }
            let money: String? = if case .money(let money) = row[cost] { money.text } else { nil }
            return DailyUsage(day: day, model: model, requests: Int64(count), cost: money)
        }
    }
}

extension Distribution {
    /// The values of a histogram, each bucket by its middle, with the percentiles every report has.
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

// MARK: - Writing

/// Makes the report page of some archived batches.
struct PageMaker {
    let source: FigureSource
    let prices: PriceSource
    let now: Timestamp
    /// What a run knows that the archive does not, from the number of archived batches; nil for the archive's own word.
    var completeness: (@Sendable (_ archived: Int) -> Completeness)?

    /// The page, and what it lacks.
    func page() async throws -> FigureSource.Reading<String> {
        let reading = try await source.fold(
            PageFigures.kinds,
            into: PageFigures(pricer: prices.pricer(isScan: false))
        ) {
            $0.add($1)
        } merge: {
            $0.merge($1)
        }
        let figures = reading.result
        var document = ReportDocument(
            archive: URL(filePath: source.path).standardizedFileURL.lastPathComponent,
            window: ReportWindow(start: source.selection.since, end: source.selection.until),
            generatedAt: now,
            toolVersion: BatchkeepVersion.current,
            completeness: try completeness?(figures.batchCount)
                ?? source.completeness(archived: figures.batchCount),
            prices: PriceStatement(version: BuiltInPrices.version, origin: prices.origin)
        )
        figures.fill(&document)
        document.notes = reading.notice.sentences
        return FigureSource.Reading(result: try ReportPage.html(document), notice: reading.notice)
    }
}
