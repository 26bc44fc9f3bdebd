import BatchAnalytics
import BatchCatalog
import BatchPipeline
import MessageBatches

/// The metrics of the last run in Prometheus text format, for the textfile collector of a node exporter.
///
/// Every value is a gauge. No metric or label identifies a batch, a request or a message.
struct RunMetrics {
    let runs: [ExportSummary]

    /// The contents of the metrics file.
    var text: String {
        var lines: [String] = []
        func add(_ name: String, _ help: String, _ samples: (ExportSummary) -> [Sample]) {
            lines += ["# HELP batchkeep_\(name) \(help)", "# TYPE batchkeep_\(name) gauge"]
            for run in runs {
                lines += samples(run).map { "batchkeep_\(name)\($0.labels(of: run.source)) \($0.value)" }
            }
        }
        add("last_run_timestamp_seconds", "When the last run ended, in seconds since 1970.") {
            [Sample($0.finishedAt.nanoseconds / 1_000_000_000)]
        }
        add("last_run_success", "1 if the last run ended with exit status 0, else 0.") {
            [Sample($0.status == .done ? 1 : 0)]
        }
        add("last_run_exit_status", "The exit status of the last run.") { [Sample($0.status.rawValue)] }
        add("last_run_duration_seconds", "Duration of the last run, in seconds.") {
            [Sample($0.finishedAt.seconds(since: $0.startedAt))]
        }
        add("last_run_batches", "Batches of the last run, by state.") {
            Self.batches($0)
        }
        add("last_run_lines", "Result lines archived by the last run, by result type.") { Self.lines($0.report) }
        add("last_run_received_bytes", "Bytes of results received by the last run.") {
            [Sample($0.report.receivedBytes)]
        }
        add("last_run_stored_bytes", "Bytes written to disk by the last run.") { [Sample($0.report.storedBytes)] }
        add("last_run_tokens", "Tokens of the results archived by the last run, by kind.") { Self.tokens($0.tokens) }
        add("expiring_batches", "Batches not archived whose results the API removes in less than --warn-days days.") {
            [Sample($0.retention.expiring.count)]
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Replaces the file atomically, so that a scraper never reads a partial file.
    func write(to path: String) throws(StatisticsFailure) {
        try text.writeWhole(to: path)
    }

    private static func batches(_ summary: ExportSummary) -> [Sample] {
        let report = summary.report
        return [
            Sample(report.listed, "state", "listed"),
            Sample(report.archivedNow, "state", "archived_now"),
            Sample(report.alreadyArchived, "state", "already_archived"),
            Sample(report.pending, "state", "pending"),
            Sample(report.skipped, "state", "skipped"),
            Sample(report.removed, "state", "removed"),
            Sample(report.lost, "state", "lost"),
            Sample(report.retryScheduled.count, "state", "retry_scheduled"),
            Sample(report.unavailable, "state", "unavailable"),
            Sample(report.quarantined, "state", "quarantined"),
            Sample(report.failed, "state", "failed"),
            Sample(report.busy, "state", "busy"),
            Sample(summary.partial?.batches ?? 0, "state", "partial"),
        ]
    }

    private static func lines(_ report: ExportReport) -> [Sample] {
        let known = ResultType.known.map(\.name)
        let others = report.lines.keys.filter { !known.contains($0) }.sorted()
        return (known + others).map { Sample(report.lines[$0] ?? 0, "type", $0) }
    }

    private static func tokens(_ tokens: TokenUsage) -> [Sample] {
        UsageField.priced
            .map { Sample(tokens[$0], "kind", $0.column.replacing("_tokens", with: "")) }
    }
}

/// One value of a metric.
private struct Sample {
    let value: String
    private let label: (name: String, value: String)?

    init(_ value: some Numeric & CustomStringConvertible, _ name: String? = nil, _ label: String = "") {
        self.value = value.description
        self.label = name.map { ($0, label) }
    }

    /// The labels, such as `{source="research",state="failed"}`, or an empty string.
    func labels(of source: String?) -> String {
        let all = [source.map { ("source", $0) }, label].compactMap { $0 }
        guard !all.isEmpty else { return "" }
        return "{\(all.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ","))}"
    }

    /// Escapes backslashes, quotes and line feeds.
    ///
    /// All other characters are allowed in a label value.
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
