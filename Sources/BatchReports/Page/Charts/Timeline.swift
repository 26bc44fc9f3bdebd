import MessageBatches
import Tables

/// Daily usage in bins of equal length without gaps, by model, with the smaller models combined.
struct Timeline: Sendable {
    /// The length of a bin, chosen so that bars are wide enough to see and to point at.
    enum Step: String, Sendable {
        case day
        case week
        case month

        /// Returns days for up to a quarter, ISO weeks for up to two years, otherwise months.
        static func fitting(days: Int) -> Step {
            days <= 92 ? .day : days <= 731 ? .week : .month
        }

        /// The first day of the bin that contains a day.
        func start(of day: CalendarDay) -> CalendarDay {
            switch self {
            case .day: day
            case .week: day.monday
            case .month: day.firstOfMonth
            }
        }

        /// The first day of the bin after the one that starts on `day`.
        func next(after day: CalendarDay) -> CalendarDay {
            switch self {
            case .day: day.adding(days: 1)
            case .week: day.adding(days: 7)
            case .month: day.adding(months: 1)
            }
        }

        /// `2024-08-20`, or `2024-08` for a month.
        func label(_ day: CalendarDay) -> String {
            self == .month ? String(day.text.prefix(7)) : day.text
        }
    }

    /// The values of one series in one bin.
    struct Sum: Sendable, Hashable {
        var requests: Int64 = 0
        var cost = Money.zero

        static func += (sum: inout Sum, other: Sum) {
            sum.requests = sum.requests.addingClamped(other.requests)
            sum.cost += other.cost
        }
    }

    /// The time zone of the days, for the texts.
    let zone: CalendarZone
    private(set) var step: Step
    /// From the first day with data to the last, or to the requested end.
    private(set) var days: ClosedRange<CalendarDay>
    /// The first days of the bins, in order.
    private(set) var starts: [CalendarDay]
    /// The models with a color of their own, the busiest first, then the other models combined, if there are any.
    ///
    /// The models with the largest share of either the requests or the cost get a color, because both charts must show
    /// their main parts. The most used models are often not the most expensive ones.
    private(set) var series: [String]
    /// Values by bin, then by series.
    private(set) var sums: [[Sum]]

    /// Creates a timeline; nil if there is no usage.
    ///
    /// Bins extend from the first day with data to the last, or to `end`, the last day of the window. This makes a
    /// pipeline that stopped visible as empty days.
    init?(_ daily: [DailyUsage], end: CalendarDay? = nil, in zone: CalendarZone = .utc) {
        guard let first = daily.map(\.day).min(), let busiest = daily.map(\.day).max() else { return nil }
        self.zone = zone
        days = first...max(busiest, end ?? busiest)
        step = .fitting(days: days.upperBound.daysSinceEpoch - first.daysSinceEpoch + 1)
        starts = []
        var start = step.start(of: first)
        while start <= days.upperBound {
            starts.append(start)
            start = step.next(after: start)
        }
        let (names, indexes) = Self.ranked(daily)
        series = names
        sums = Array(repeating: Array(repeating: Sum(), count: names.count), count: starts.count)
        let places = Dictionary(uniqueKeysWithValues: starts.enumerated().map { ($1, $0) })
        for usage in daily {
            guard let bin = places[step.start(of: usage.day)], let index = indexes[usage.model] else { continue }
            sums[bin][index] += Sum(usage)
        }
    }

    /// Returns the names of the series, and the series index of each model.
    private static func ranked(_ daily: [DailyUsage]) -> (names: [String], indexes: [String: Int]) {
        let sums = daily.reduce(into: [String: Sum]()) { $0[$1.model, default: Sum()] += Sum($1) }
        let models = sums.sorted { ($1.value.requests, $0.key) < ($0.value.requests, $1.key) }
        guard models.count > Palette.size + 1 else {
            return (models.map(\.key), Dictionary(uniqueKeysWithValues: models.enumerated().map { ($1.key, $0) }))
        }
        let whole = sums.values.reduce(into: Sum()) { $0 += $1 }
        let weights = models.map { $0.value.largerShare(of: whole) }
        let heaviest = models.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }.prefix(Palette.size).sorted()
        var indexes = sums.mapValues { _ in Palette.size }
        for (index, place) in heaviest.enumerated() { indexes[models[place].key] = index }
        return (heaviest.map { models[$0].key } + ["\(models.count - Palette.size) other models"], indexes)
    }

    /// The sum of all series of a bin.
    func total(bin: Int) -> Sum {
        sums[bin].reduce(into: Sum()) { $0 += $1 }
    }

    /// The sum of all bins of a series.
    func total(series index: Int) -> Sum {
        sums.reduce(into: Sum()) { $0 += $1[index] }
    }

    /// The sum of all values.
    var total: Sum {
        starts.indices.reduce(into: Sum()) { $0 += total(bin: $1) }
    }
}

extension Timeline.Sum {
    fileprivate init(_ usage: DailyUsage) {
        requests = usage.requests
        cost = usage.cost ?? .zero
    }

    /// The fraction of the total requests or of the total cost, whichever is larger.
    fileprivate func largerShare(of whole: Self) -> Double {
        let ofRequests = whole.requests > 0 ? Double(requests) / Double(whole.requests) : 0
        let ofCost = whole.cost > .zero ? cost.dollars / whole.cost.dollars : 0
        return max(ofRequests, ofCost)
    }
}

extension Timeline {
    /// The same values as a table, for readers who cannot use a picture.
    var table: Table {
        let rows = starts.indices.map { bin in
            let sum = total(bin: bin)
            return [Cell.text(step.label(starts[bin])), .integer(sum.requests), .money(sum.cost)]
        }
        return Table(
            caption: "Requests and cost per \(step.rawValue), \(zone.name)",
            columns: [
                Column(step.rawValue, step.rawValue.capitalizedWord, canShrink: false),
                Column("requests", "Requests", kind: .integer),
                Column("cost", "Batch cost", kind: .money),
            ],
            rows: rows,
            totals: [.text("Total"), .integer(total.requests), .money(total.cost)]
        )
    }
}

extension String {
    /// The word with a capital first letter.
    fileprivate var capitalizedWord: String {
        prefix(1).uppercased() + dropFirst()
    }
}
