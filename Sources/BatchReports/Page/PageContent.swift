import MessageBatches
import Tables

/// The values for the page's templates, computed from a document.
struct PageContent {
    let document: ReportDocument

    init(_ document: ReportDocument) {
        self.document = document
    }

    var values: [String: Any] {
        overview.merging(sections) { $1 }
            .merging(
                [
                    "style": StyleSheet.text, "styleDigest": StyleSheet.digest, "script": TableScript.text,
                    "scriptDigest": TableScript.digest, "toolVersion": document.toolVersion,
                ]
            ) { $1 }
    }

    private var overview: [String: Any] {
        let completeness = document.completeness
        return [
            "title": "\(document.archive), \(period) – Message Batches", "archive": document.archive, "window": window,
            "generatedAt": moment(document.generatedAt), "tone": completeness.tone.name,
            "badge": completeness.tone.badge,
            "verdict": completeness.verdict, "reasons": completeness.reasons.map(\.codeMarkup),
            "hasReasons": !completeness.reasons.isEmpty,
            "listedAt": completeness.isListed ? completeness.listedAt.map { moment($0) }.orFalse : false,
            "unpriced": unpriced.orFalse, "headline": document.headline.map(tile),
            "hasHeadline": !document.headline.isEmpty, "periodBefore": document.periodBefore.orFalse,
            "about": about.map(\.codeMarkup),
        ]
    }

    private var sections: [String: Any] {
        let timelines = Timeline.Measure.allCases.map {
            (measure: $0, timeline: Timeline(document.daily, $0, end: lastDay, in: document.zone))
        }
        return [
            "timeCharts": timelines.map { TimelineChart.chart($0.timeline, $0.measure).values },
            "timeTable": timelines.first?.timeline.map { TableContent($0.table, id: "days").values }.orFalse ?? false,
            "resultCharts": [
                ResultChart.chart(document.results, usable: document.usable), TokenChart.chart(document.tokens),
                HistogramChart.outputTokens(document.outputTokens), HistogramChart.queueTime(document.queueSeconds),
                QueueHourChart.chart(document.queueHours, in: document.zone),
            ]
            .map(\.values),
            "models": table(document.models, id: "models"),
            "prefixes": table(document.prefixes, id: "prefixes", filter: filter(document.prefixes, "prefixes")),
            "errors": table(document.errors, id: "errors", filter: filter(document.errors, "errors")),
            "batches": table(
                document.batches,
                id: "batches",
                filter: filter(document.batches, "batches"),
                hiddenRows: document.hiddenBatches
            ),
        ]
    }

    /// The label of the filter field of a table; nil for a table that fits in a window.
    private func filter(_ table: Table?, _ rows: String) -> String? {
        (table?.rows.count ?? 0) > 12 ? "Filter \(rows)" : nil
    }

    /// The values of a table with rows, or false for an empty one, which templates treat as absent.
    private func table(_ table: Table?, id: String, filter: String? = nil, hiddenRows: Int = 0) -> Any {
        guard let table, !table.rows.isEmpty else { return false }
        var content = TableContent(table, id: id)
        content.isSortable = true
        content.filter = filter
        content.hiddenRows = hiddenRows
        return content.values
    }

    /// The last day of the window that has begun, so that a day without batches is shown as empty.
    private var lastDay: CalendarDay {
        let end = document.end.map { Timestamp(nanoseconds: $0.nanoseconds - 1) }
        return document.zone.day(of: min(end ?? document.generatedAt, document.generatedAt))
    }

    private var window: String {
        let end = document.end.map { "before \(boundary($0))" } ?? moment(document.generatedAt)
        return (document.start.map(boundary) ?? "the first batch") + " to " + end
    }

    /// The first and the last day of the window with batches, without times.
    private var period: String {
        let start = document.start.map { document.zone.day(of: $0) } ?? document.daily.map(\.day).min()
        return [start, lastDay].compactMap(\.self).map(\.text).joined(separator: " to ")
    }

    /// A date without a time if the window begins or ends at midnight.
    private func boundary(_ moment: Timestamp) -> String {
        let day = document.zone.day(of: moment)
        return moment == document.zone.start(of: day) ? "\(day.text) (\(document.zone.name))" : self.moment(moment)
    }

    private func moment(_ moment: Timestamp) -> String {
        NumberText.timestamp(moment)
    }

    private func tile(_ metric: Metric) -> [String: Any] {
        let (value, exact) = compacted(metric)
        return [
            "label": metric.label, "value": value, "data": metric.value.dataText.orFalse,
            "exact": exact.orFalse, "change": document.changes[metric.label].orFalse,
            "note": metric.note.orFalse, "tone": metric.isZero ? Tone.normal.name : metric.tone.name,
        ]
    }

    /// Large counts are shortened, with the exact value below.
    private func compacted(_ metric: Metric) -> (value: String, exact: String?) {
        guard metric.kind == .integer, case .integer(let count) = metric.value, count.magnitude >= 10_000_000 else {
            return (metric.text, nil)
        }
        return (NumberText.compact(Double(count)), metric.text)
    }

    private var unpriced: String? {
        let models = document.prices.unpriced.filter { $0.value > 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard !models.isEmpty else { return nil }
        let total = models.reduce(Int64(0)) { $0.addingClamped($1.value) }
        let named = models.prefix(8).map { "\($0.key) (\(NumberText.integer($0.value)))" }.joined(separator: ", ")
        let rest = models.count > 8 ? " and \(models.count - 8) more models" : ""
        return "\(NumberText.integer(total)) \(total == 1 ? "request has" : "requests have") no price: \(named)\(rest)."
    }

    private var about: [String] {
        [
            "Costs are computed from billed tokens with \(document.prices.origin), at the prices of the day on which a "
                + "batch was created. If figures differ, trust your invoice.",
            "A succeeded request is usable if it stopped normally (end_turn, stop_sequence or tool_use) with "
                + "text or a tool call. Errored, canceled and expired requests cost nothing.",
            "Days, weeks and months are in the time zone \(document.zone.name), by creation of the batch. A batch is "
                + "archived only if the lines of each result type equal the counts that the API reported, every line is "
                + "valid, and no custom_id occurs twice.",
        ] + [document.prices.notBilled].compactMap(\.self) + document.notes
    }
}

extension Optional {
    /// The value, or false, which templates treat as absent.
    var orFalse: Any {
        switch self {
        case .some(let value): value
        case nil: false
        }
    }
}

extension Tone {
    /// The class in the style sheet.
    var name: String {
        "\(self)"
    }

    /// A symbol with the same meaning as the color.
    fileprivate var badge: String {
        switch self {
        case .good: "✓"
        case .warning: "!"
        case .bad: "×"
        case .normal, .strong, .faint: "i"
        }
    }
}

extension Chart {
    /// The values for the chart's template.
    var values: [String: Any] {
        [
            "title": title, "summary": summary, "picture": (picture?.markup).orFalse,
            "hasLegend": !legend.isEmpty, "isWide": isWide,
            "legend": legend.map { ["kind": $0.kind, "name": $0.name, "value": $0.value] },
        ]
    }
}
