import BatchArchive
import BatchPipeline
package import MessageBatches
package import Tables

/// All statistics of some batches together.
package struct Overview: Sendable {
    /// The total, without a grouping.
    private var rollUp = RollUp(by: Grouping())
    private var reasons = StopReasonSummary().reasons
    private var cache = CacheSummary()
    private var service = ServiceSummary()
    private var anomalies = AnomalySummary()

    /// The kinds of summaries to read.
    ///
    /// Reading those that the overview does not show would double the time.
    static let kinds = RollUp.kinds(for: Grouping()) + [CacheSummary.self, ServiceSummary.self, AnomalySummary.self]

    /// The sum of everything.
    package var measures: Measures { rollUp.measures }

    mutating func add(_ batch: SummarizedBatch) {
        rollUp.add(batch)
        if let found = batch.summaries.summary(StopReasonSummary.self) { reasons.merge(found.reasons) }
        if let found = batch.summaries.summary(CacheSummary.self) { cache.merge(found) }
        if let found = batch.summaries.summary(ServiceSummary.self) { service.merge(found) }
        if let found = batch.summaries.summary(AnomalySummary.self) { anomalies.merge(found) }
    }

    mutating func merge(_ other: Overview) {
        rollUp.merge(other.rollUp)
        reasons.merge(other.reasons)
        cache.merge(other.cache)
        service.merge(other.service)
        anomalies.merge(other.anomalies)
    }
}

extension ArchiveStatistics {
    /// Reads the overview of the selected batches.
    package func overview() async throws -> Reading<Overview> {
        try await fold(Overview.kinds, into: Overview()) {
            $0.add($1)
        } merge: {
            $0.merge($1)
        }
    }
}

// MARK: - For people

extension Overview {
    /// The overview as a block of labeled values; `notes` follow the notes about incomplete values.
    package func block(notes: [String]) -> SummaryBlock {
        let measures = measures
        return SummaryBlock(
            title: measures.batches.counted("archived batch", "archived batches"),
            sections: [
                SummaryBlock.Section("Results", results(measures)),
                SummaryBlock.Section("Tokens", Self.tokens(measures.usage)),
                SummaryBlock.Section("Money", Self.money(measures.cost)),
                SummaryBlock.Section("Median", sizes(measures)),
                SummaryBlock.Section("Queue", Self.queue(measures)),
                SummaryBlock.Section("Cache", cacheUse(measures)),
                SummaryBlock.Section("Service", serviceUse),
                SummaryBlock.Section("Unusual", unusual),
            ],
            notes: measures.cost.sentences + notes
        )
    }

    private func results(_ measures: Measures) -> [Metric] {
        var metrics = ResultType.known.map { Metric($0.name, .integer(measures.outcomes[$0]), .integer) }
        if measures.outcomes.unknownRequests > 0 {
            metrics.append(Metric("of other types", .integer(measures.outcomes.unknownRequests), .integer))
        }
        let rate = measures.usableRate.map { Metric("", .decimal($0), .percent).text } ?? "–"
        metrics.append(Metric("usable", .integer(measures.usable), .integer, note: "\(rate) of the succeeded"))
        let ranked = reasons.ranked { $0.requests - $0.usable }.filter { $0.value.requests > $0.value.usable }
        for row in ranked.prefix(6) {
            let name = row.key.text.isEmpty ? "no stop reason" : row.key.text
            metrics.append(Self.unusable(name, row.value))
        }
        var rest = reasons.other
        for row in ranked.dropFirst(6) { rest.merge(row.value) }
        if rest.requests > rest.usable { metrics.append(Self.unusable("other stop reasons", rest)) }
        return metrics
    }

    /// The succeeded requests of a stop reason that are not usable.
    private static func unusable(_ label: String, _ tally: StopReasonTally) -> Metric {
        let note = tally.empty > 0 ? "not usable; \(tally.empty.displayText) empty" : "not usable"
        return Metric(label, .integer(tally.requests - tally.usable), .integer, tone: .warning, note: note)
    }

    /// Tokens by class, and requests of server tools.
    package static func tokens(_ usage: TokenUsage) -> [Metric] {
        UsageField.allCases.filter { $0.isTokens || usage[$0] > 0 }
            .map { field in
                let note = field == .thinking ? "part of output" : nil
                return Metric(label(of: field), .integer(usage[field]), .integer, note: note)
            }
    }

    private static func label(of field: UsageField) -> String {
        switch field {
        case .cacheCreation5m: "cache writes, 5 min"
        case .cacheCreation1h: "cache writes, 1 h"
        case .cacheRead: "cache reads"
        default: field.title.lowercased()
        }
    }

    /// The cost, and what the requests would have cost without the batch discount or the cache.
    package static func money(_ cost: Cost) -> [Metric] {
        [
            Metric("cost", .money(cost.batch), .money, tone: .strong),
            Metric("list price", .money(cost.list), .money),
            Metric("saved by batch", .money(cost.savedByBatch), .money),
            Metric("saved by cache", .money(cost.savedByCache), .money, note: "writes included"),
            Metric("unpriced", .integer(cost.unpricedRequests), .integer, tone: .bad, note: "not included in costs"),
            Metric("assumed", .integer(cost.assumedRequests), .integer, note: "price assumed"),
            Metric("not billed", .integer(cost.prices.notBilled), .integer, note: "refusals before any output"),
        ]
    }

    private func sizes(_ measures: Measures) -> [Metric] {
        let sizes = measures.sizes
        return [
            Self.median("input", sizes.input, .integer), Self.median("cached", sizes.cached, .integer),
            Self.median("output", sizes.output, .integer), Self.median("text", sizes.text, .bytes),
        ]
    }

    private static func queue(_ measures: Measures) -> [Metric] {
        [
            median("created to ended", measures.queue, .duration),
            Metric("over 20 hours", .decimal(measures.longWaitShare), .percent, tone: .warning),
        ]
    }

    /// The median, with the other percentiles as a note.
    private static func median(_ label: String, _ histogram: ValueHistogram, _ kind: ValueKind) -> Metric {
        let others = [90, 95, 99]
            .compactMap { percent in
                histogram.percentile(percent).map { "p\(percent) \(Metric("", .integer($0), kind).text)" }
            }
        let largest = "max \(Metric("", .integer(histogram.maximum), kind).text)"
        let note = (others + [largest]).joined(separator: ", ")
        return Metric(label, .integer(histogram.percentile(50)), kind, note: histogram.count > 0 ? note : nil)
    }

    private func cacheUse(_ measures: Measures) -> [Metric] {
        let unread = cache.unreadGroups
        let written = unread.reduce(0) { $0 + $1.value.written }
        let named = unread.prefix(3).map { "\($0.key.prefix.text) (\($0.key.model.text))" }.joined(separator: ", ")
        return [
            Metric("hit ratio", .decimal(measures.cacheHitRatio), .percent),
            Metric("written, never read", .integer(written), .integer, tone: .warning, note: named),
        ]
    }

    private var serviceUse: [Metric] {
        func metrics(_ word: String, _ table: BoundedTable<Label, UsageCell>) -> [Metric] {
            let ranked = table.ranked(by: \.requests)
            let rest = ranked.dropFirst(4).reduce(table.other.requests) { $0.addingClamped($1.value.requests) }
            let named = ranked.prefix(4)
                .map { row in
                    Metric(
                        "\(word) \(row.key.text.isEmpty ? RollUp.none : row.key.text)",
                        .integer(row.value.requests),
                        .integer
                    )
                }
            return named + (rest > 0 ? [Metric("other \(word)s", .integer(rest), .integer)] : [])
        }
        return metrics("tier", service.tiers) + metrics("geo", service.geos)
    }

    /// Counts of undocumented or unusual lines; empty if there are none.
    private var unusual: [Metric] {
        let counts = [
            ("lines that are not results", anomalies.rejectedLines), ("empty lines", anomalies.emptyLines),
            ("unknown result types", anomalies.unknownTypes), ("unknown stop reasons", anomalies.unknownStopReasons),
            ("no stop reason", anomalies.missingStopReasons), ("no model", anomalies.missingModels),
            ("unreadable usage", anomalies.unreadableUsages), ("unusual iterations", anomalies.unusualIterations),
        ]
        return counts.filter { $0.1 > 0 }.map { Metric($0.0, .integer($0.1), .integer, tone: .warning) }
    }
}
