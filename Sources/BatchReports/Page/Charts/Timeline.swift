import MessageBatches
import Tables

/// Daily usage in bins of equal length without gaps, by family of models, with the smaller families combined.
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

    /// The value that a chart shows.
    enum Measure: Sendable, CaseIterable {
        case requests
        case cost

        /// The value as the height of a bar.
        func value(_ sum: Sum) -> Double {
            self == .requests ? Double(sum.requests) : max(0, sum.cost.dollars)
        }
    }

    /// The name and color of one series.
    struct Series: Sendable, Hashable {
        var name: String
        /// The class of its shapes.
        var kind: String
    }

    let measure: Measure
    /// The time zone of the days, for the texts.
    let zone: CalendarZone
    private(set) var step: Step
    /// From the first day with data to the last, or to the requested end.
    private(set) var days: ClosedRange<CalendarDay>
    /// The first days of the bins, in order.
    private(set) var starts: [CalendarDay]
    /// The families with the largest values of the measure, then everything else; see ``FamilySeries``.
    private(set) var series: [Series]
    /// Values by bin, then by series.
    private(set) var sums: [[Sum]]

    /// Creates a timeline; nil if there is no usage.
    ///
    /// Bins extend from the first day with data to the last, or to `end`, the last day of the window. This makes a
    /// pipeline that stopped visible as empty days.
    init?(
        _ daily: [DailyUsage],
        _ measure: Measure = .requests,
        end: CalendarDay? = nil,
        in zone: CalendarZone = .utc
    ) {
        guard let first = daily.map(\.day).min(), let busiest = daily.map(\.day).max() else { return nil }
        (self.zone, self.measure) = (zone, measure)
        days = first...max(busiest, end ?? busiest)
        step = .fitting(days: days.upperBound.daysSinceEpoch - first.daysSinceEpoch + 1)
        starts = []
        var start = step.start(of: first)
        while start <= days.upperBound {
            starts.append(start)
            start = step.next(after: start)
        }
        let (all, index) = FamilySeries(daily).series(for: measure)
        series = all
        sums = Array(repeating: Array(repeating: Sum(), count: all.count), count: starts.count)
        let places = Dictionary(uniqueKeysWithValues: starts.enumerated().map { ($1, $0) })
        for usage in daily {
            guard let bin = places[step.start(of: usage.day)] else { continue }
            sums[bin][index(usage.model)] += Sum(usage)
        }
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
    init(_ usage: DailyUsage) {
        requests = usage.requests
        cost = usage.cost ?? .zero
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
