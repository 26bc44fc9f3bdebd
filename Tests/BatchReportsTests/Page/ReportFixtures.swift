import BatchReports
import MessageBatches
import Tables

/// Documents of different sizes, the same in every run.
enum ReportFixture: String, CaseIterable, Sendable {
    /// A month, four models, some errors: a typical page.
    case month
    /// 400 days, 40 models, more batches than the table shows.
    case large
    /// One day, one model, one batch, no failures.
    case single
    /// A window without batches.
    case empty
    /// Markup in every text.
    case hostile

    var document: ReportDocument {
        switch self {
        case .month: Self.document(days: 30, models: 4, batches: 64)
        case .large: Self.document(days: 400, models: 40, batches: 2_345)
        case .single: Self.oneBatch
        case .empty: Self.base(Completeness(listed: 0, archived: 0))
        case .hostile: Self.withMarkup
        }
    }

    static let today = CalendarDay(year: 2026, month: 11, day: 22)!
    private static let names = [
        "claude-sonnet-4-6", "claude-haiku-4-5-20251001", "claude-opus-4-8", "claude-3-5-haiku-20241022",
    ]

    static func base(_ completeness: Completeness, days: Int = 30, text: String = "archive") -> ReportDocument {
        ReportDocument(
            archive: text,
            start: CalendarDay(daysSinceEpoch: today.daysSinceEpoch - days + 1).start,
            end: nil,
            generatedAt: today.start.adding(seconds: 43_200),
            toolVersion: "1.0.0",
            completeness: completeness,
            prices: PriceStatement(origin: "the prices recorded in the archive")
        )
    }

    private static func document(days: Int, models: Int, batches: Int) -> ReportDocument {
        var random = Random(state: UInt64(days))
        var completeness = Completeness(
            listed: batches + 5,
            archived: batches,
            listedAt: today.start.adding(seconds: 39_600)
        )
        completeness.pending = 3
        completeness.removed = 2
        var document = base(completeness, days: days)
        document.prices.unpriced = ["claude-next-preview": 412]
        document.daily = daily(days: days, models: models, &random)
        let requests = document.daily.reduce(0) { $0 + $1.requests }
        document.results = [
            "succeeded": requests - 10_121, "errored": 8_310, "canceled": 1_200, "expired": 611,
        ]
        document.usable = requests - 21_004
        document.tokens.input = 812_345_678
        document.tokens.cacheCreation5m = 12_345_678
        document.tokens.cacheCreation1h = 98_765_432
        document.tokens.cacheRead = 1_498_765_432
        document.tokens.output = 401_234_567
        document.tokens.thinking = 123_456_789
        document.tokens.webSearches = 1_204
        document.outputTokens = tokens(&random)
        document.queueSeconds = queue(batches, &random)
        document.headline = headline(requests)
        document.queueHours = queueHours(&random)
        document.models = modelTable(models)
        document.prefixes = prefixTable
        document.changes = ["Requests": "▲ 12.3% from 1,204", "Error rate": "▼ 0.4 points from 1.5%"]
        document.periodBefore =
            "Changes are against the period before, 2026-09-24 to before 2026-10-24, with 60 batches."
        document.errors = errorTable
        document.batches = batchTable(batches, &random)
        return document
    }

    private static var oneBatch: ReportDocument {
        var document = base(Completeness(listed: 1, archived: 1), days: 1)
        var random = Random(state: 1)
        document.daily = [DailyUsage(day: today, model: names[0], requests: 1, cost: Money("0.0123"))]
        document.results = ["succeeded": 1]
        document.usable = 1
        document.tokens.input = 20
        document.tokens.output = 312
        document.outputTokens = Distribution(
            points: [.init(value: 312, count: 1)],
            percentiles: [.init("p50", 312), .init("p95", 312)]
        )
        document.queueSeconds = Distribution(points: [.init(value: 95, count: 1)], percentiles: [.init("p50", 95)])
        document.queueHours = [QueueHour(hour: 9, batches: 1, p50: 95, p95: 95)]
        document.headline = Array(headline(1).prefix(2))
        document.batches = batchTable(1, &random)
        return document
    }

    static func name(_ index: Int) -> String {
        index < names.count ? names[index] : "claude-experimental-\(index)"
    }

    private static func daily(days: Int, models: Int, _ random: inout Random) -> [DailyUsage] {
        (0..<days)
            .flatMap { day -> [DailyUsage] in
                let date = CalendarDay(daysSinceEpoch: today.daysSinceEpoch - days + 1 + day)
                // Quiet weekends, and two days without batches.
                let weekday = (date.daysSinceEpoch + 3) % 7
                if day == 11 || day == 12 { return [] }
                let failures = DailyUsage(day: date, model: nil, requests: Int64(random.next(700)), cost: nil)
                return [failures]
                    + (0..<models)
                    .map { model in
                        let scale = (weekday >= 5 ? 2_000 : 18_000) / (model + 1)
                        let requests = Int64(scale / 2 + random.next(scale))
                        return DailyUsage(
                            day: date,
                            model: name(model),
                            requests: requests,
                            cost: Money("\(requests / 400).\(random.next(10))")
                        )
                    }
            }
    }

    private static func tokens(_ random: inout Random) -> Distribution {
        let points = (0..<400)
            .map { _ in
                let sum = (0..<6).reduce(0) { total, _ in total + random.next(100) }
                return Distribution.Point(value: Double(20 + sum * sum / 90), count: Int64(1 + random.next(5_000)))
            }
        let percentiles = [("p50", 1_004.0), ("p90", 2_010), ("p95", 2_440), ("p99", 3_120), ("max", 8_192)]
        return Distribution(points: points, percentiles: percentiles.map { .init($0, $1) })
    }

    private static func queue(_ batches: Int, _ random: inout Random) -> Distribution {
        let points = (0..<batches)
            .map { _ in
                Distribution.Point(value: Double(40 + random.next(200) * random.next(200)), count: 1)
            }
        return Distribution(
            points: points,
            percentiles: [.init("p50", 7_300), .init("p95", 26_000), .init("max", 38_900)]
        )
    }

    private static func queueHours(_ random: inout Random) -> [QueueHour] {
        [0, 1, 2, 5, 8, 9, 10, 13, 14, 17, 20, 22, 23]
            .map { hour in
                let p50 = Double(600 + random.next(20_000))
                return QueueHour(hour: hour, batches: 1 + random.next(9), p50: p50, p95: p50 * 2.5)
            }
    }

    private static func headline(_ requests: Int64) -> [Metric] {
        [
            Metric("Requests", .integer(requests), .integer),
            Metric("Batch cost", .money(Money("1840.093312")), .money, note: "list price $3,680.19"),
            Metric("Saved by cache", .money(Money("2204.55")), .money, note: "writes included"),
            Metric("Usable", .decimal(0.9716), .percent, tone: .good, note: "of succeeded and failed requests"),
            Metric("Tokens", .integer(2_823_456_787), .integer),
            Metric("Error rate", .decimal(0.0113), .percent, tone: .bad, note: "8,310 requests"),
            Metric("Cache hit ratio", .decimal(0.618), .percent),
            Metric("Queue time, p50", .decimal(7_300), .duration, note: "p95 7h13m"),
        ]
    }
}
