import BatchArchive
import BatchJoin
import Foundation
import MessageBatches
import Tables

/// The result of `retry`: files or counts on standard output, the table for people and the exit status.
struct RetrySummary {
    let report: RetryReport
    let unreadable: [ArchiveFailure]
    let cost: RetryCost
    /// The retired models that the requests name.
    let retired: [RetryReport.RetiredModel]
    let isDryRun: Bool
    let outputPath: String

    var status: ExitStatus {
        var statuses: Set<ExitStatus> = []
        if !unreadable.isEmpty { statuses.insert(.integrity) }
        if report.notFound + report.tooLarge > 0 { statuses.insert(.partial) }
        return .combined(statuses)
    }

    func print(in context: CommandContext, writesJSON: Bool, isQuiet: Bool) throws {
        for failure in unreadable { context.report(.warning, FailureText(failure).sentence) }
        if report.notSearched > 0 {
            context.report(.warning, ScanErrors.sentence("not searched", withoutRaw: report.notSearched))
        }
        for model in retired {
            let requests = model.requests.counted("request names", "requests name")
            context.report(
                .warning,
                "\(requests) a retired model: \(model.name), whose last day was \(model.lastDay.text)"
            )
        }
        for pattern in report.unmatchedPatterns { context.report(.warning, pattern.sentence) }
        if !retired.isEmpty { context.report(.hint, "name another model: --set model=…") }
        if let failure = report.recordFailure {
            let reason = FailureText(failure).sentence
            context.report(.warning, "the archive has no record of this retry, so a later one repeats it: \(reason)")
        }
        if !earlier.isEmpty, !isQuiet {
            context.report(.note, earlierSentence, hint: "to write them again, add --again")
        }
        if isDryRun, !writesJSON { return try context.print(block) }
        context.note(block)
        if writesJSON {
            try context.writeDocument(RetryDocument(self))
        } else {
            for part in report.parts { try context.writeData(Array("\(part.path)\n".utf8)) }
        }
    }

    /// The files of earlier retries that have requests of this selection, those with the most requests first.
    fileprivate var earlier: [(path: String, requests: Int)] {
        report.writtenEarlier.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    private var earlierSentence: String {
        let count = earlier.reduce(0) { $0 + $1.requests }
        let requests = count.counted(
            "request was written by an earlier retry and is",
            "requests were written by an earlier retry and are"
        )
        let files = earlier.map { file in
            FileManager.default.fileExists(atPath: file.path) ? file.path : "\(file.path) (no longer there)"
        }
        return "\(requests) skipped: \(files.listed())"
    }

    private var block: SummaryBlock {
        let reasons = report.reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { Metric($0.key, .integer($0.value), .integer) }
        var files: [Metric] = []
        if !isDryRun {
            files = [
                Metric("files", .integer(report.parts.count), .integer),
                Metric("requests", .integer(report.parts.reduce(0) { $0 + $1.requests }), .integer, tone: .good),
                Metric("bytes", .integer(report.parts.reduce(0) { $0 + $1.bytes }), .bytes),
                Metric("not found", .integer(report.notFound), .integer, tone: .bad),
                Metric("too large", .integer(report.tooLarge), .integer, tone: .bad),
            ]
        }
        let stake = [
            Metric("cost", .money(cost.amount), .money, note: "at the average of their batches"),
            Metric("unknown", .integer(cost.unknown), .integer, note: "requests of batches without a priced success"),
        ]
        return SummaryBlock(
            title: isDryRun ? "Dry run of retry" : "Retry",
            sections: [
                SummaryBlock.Section("Failed", reasons), SummaryBlock.Section("Cost at stake", stake),
                SummaryBlock.Section("Written", files),
            ],
            notes: notes
        )
    }

    private var notes: [String] {
        if report.selected == 0 {
            let batches = report.notSearched > 0 ? " of the searched batches" : ""
            return [
                earlier.isEmpty
                    ? "No failed request\(batches) matches this selection."
                    : "No failed request\(batches) is left to retry."
            ]
        }
        var notes = report.sources.flatMap(\.notes)
        if report.notFound + report.tooLarge > 0 {
            notes.append("Requests not found in the sources, or too large: \(outputPath)/not-found.ndjson")
        }
        return notes
    }
}

/// The JSON document about a retry that `--json` writes.
///
/// The keys are part of the interface: keys may be added, but not removed or renamed.
private struct RetryDocument: Encodable {
    private let command = "retry"
    private let version = BatchkeepVersion.current
    private let dryRun: Bool
    private let reasons: [String: Int]
    private let files: [Part]
    private let notFound: Int
    private let tooLarge: Int
    private let writtenEarlier: Int
    private let earlierFiles: [EarlierFile]
    private let costUSD: MoneyNumber
    private let costUnknown: Int
    /// The number of batches that were not searched, because their raw files were removed.
    private let notSearched: Int
    private let retiredModels: [Model]
    private let exitStatus: Int32

    private struct Part: Encodable {
        let path: String
        let requests: Int
        let bytes: Int
    }

    private struct EarlierFile: Encodable {
        let path: String
        let requests: Int
    }

    private struct Model: Encodable {
        let model: String
        let lastDay: String
        let requests: Int
    }

    init(_ summary: RetrySummary) {
        let report = summary.report
        dryRun = summary.isDryRun
        reasons = report.reasons
        files = report.parts.map { Part(path: $0.path, requests: $0.requests, bytes: $0.bytes) }
        notFound = report.notFound
        tooLarge = report.tooLarge
        writtenEarlier = summary.earlier.reduce(0) { $0 + $1.requests }
        earlierFiles = summary.earlier.map { EarlierFile(path: $0.path, requests: $0.requests) }
        costUSD = MoneyNumber(summary.cost.amount)
        costUnknown = summary.cost.unknown
        notSearched = report.notSearched
        retiredModels = summary.retired.map { Model(model: $0.name, lastDay: $0.lastDay.text, requests: $0.requests) }
        exitStatus = summary.status.rawValue
    }
}
