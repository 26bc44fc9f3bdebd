import BatchArchive
import BatchJoin
import Foundation
import Tables

/// The result of a join: its exit status, the table for people and the document for programs.
struct JoinSummary {
    let report: JoinReport
    let archivePath: String

    var status: ExitStatus {
        let failures = report.failures.map { FailureText.describing($0.error).status }
        let skipped: [ExitStatus] = report.withoutRaw.isEmpty ? [] : [.partial]
        return .combined(Set(failures + skipped + (report.unreadable.isEmpty ? [] : [.integrity])))
    }

    func print(in context: CommandContext, isQuiet: Bool) {
        if !isQuiet { printTable(in: context) }
        for problem in problems { context.report(.warning, problem) }
        for pattern in report.unmatchedPatterns { context.report(.warning, pattern.sentence) }
    }

    func printTable(in context: CommandContext) {
        context.note("")
        context.note(block)
        guard report.sharedKeys > 0 else { return }
        let keys = report.sharedKeys.counted("key has", "keys have")
        context.report(
            .warning,
            "\(keys) results in several batches, and all of them got the same row",
            hint: "use {batch_id} in the path, or a column batch_id"
        )
    }

    /// The joins that failed, the batches without raw files and the manifests that cannot be read, as sentences.
    var problems: [String] {
        let skipped = report.withoutRaw.count
        return report.failures.map { joined in
            let failure = FailureText.describing(joined.error)
            return "join\(joined.batchID.map { " of \($0)" } ?? ""): \(failure.sentenceWithAdvice)"
        } + (skipped > 0 ? [ScanErrors.sentence("not joined", withoutRaw: skipped)] : [])
            + report.unreadable.map { FailureText($0).sentence }
    }

    /// The archived batches that are not joined, as a sentence; nil if there are none.
    var pendingSentence: String? {
        guard !report.pending.isEmpty else { return nil }
        return "\(PendingWork.unjoined(report.pending)). The next run with the same options joins them."
    }

    /// The counts as a table.
    var block: SummaryBlock {
        let batches = [
            Metric("joined", .integer(report.batches), .integer, tone: .good),
            Metric("unchanged", .integer(report.unchanged), .integer, note: "their joined files are up to date"),
            Metric("no source", .integer(report.withoutSource.count), .integer, note: "no file in the sources"),
            Metric(
                "no raw file",
                .integer(report.withoutRaw.count),
                .integer,
                tone: .warning,
                note: "not joined, their joined files are kept"
            ),
        ]
        var sections = [SummaryBlock.Section("Batches", batches)]
        sections += report.relations.map { SummaryBlock.Section($0.name, Self.counts(of: $0)) }
        let rows = [
            Metric("rows", .integer(report.rows), .integer), Metric("stored", .integer(report.storedBytes), .bytes),
        ]
        sections.append(SummaryBlock.Section("Joined", rows))
        return SummaryBlock(title: "Join", sections: sections, notes: notes)
    }

    private static func counts(of relation: JoinReport.Relation) -> [Metric] {
        [
            Metric("matched", .integer(relation.tally.matched), .integer, tone: .good),
            Metric("results without request", .integer(relation.tally.resultsWithoutRow), .integer, tone: .warning),
            Metric("requests without result", .integer(relation.tally.rowsWithoutResult), .integer, tone: .warning),
            Metric(
                "duplicate keys",
                .integer(relation.duplicateKeys),
                .integer,
                tone: .warning,
                note: "the first row is used"
            ),
            Metric("skipped rows", .integer(relation.skippedRows), .integer, tone: .warning),
        ]
    }

    /// The lines below the table: warnings, and the files with more details.
    private var notes: [String] {
        var notes = report.sources.flatMap(\.notes)
        if report.unmatched > 0 { notes.append("Unmatched IDs: \(archivePath)/unmatched/date=*/*.ndjson.gz") }
        return notes
    }
}

extension JoinSourceFindings {
    /// The largest number of skipped or repeated rows that are printed with their place.
    private static let printedPlaces = 10

    /// Notes about the source, as sentences.
    var notes: [String] {
        let memory = "The keys of \(path) exceeded --join-memory and were kept on disk."
        return notes(duplicates, of: duplicateKeys, "repeats a key") + notes(skipped, of: skippedRows, "was skipped")
            + (isOnDisk ? [memory] : [])
    }

    private func notes(_ places: [Place], of count: Int, _ what: String) -> [String] {
        places.prefix(Self.printedPlaces).map { "\(path):\($0.line) (byte \($0.byte)) \(what)" }
            + (count > Self.printedPlaces ? ["… and \(count - Self.printedPlaces) more in \(path)."] : [])
    }
}

/// The JSON document about a join that `--json` writes.
///
/// The keys are part of the interface: keys may be added, but not removed or renamed.
struct JoinDocument: Encodable {
    private let command = "join"
    private let version = BatchkeepVersion.current
    private let archive: String
    private let batches: Int
    private let unchanged: Int
    private let withoutSource: [String]
    private let withoutRaw: [String]
    private let rows: Int
    private let storedBytes: Int
    private let sharedKeys: Int
    private let sources: [Side]
    private let duplicates: [Row]
    private let skipped: [Row]
    private let failures: [Failure]
    /// The archived batches that are not joined, without those that have no source or no raw file.
    private let notJoined: [String]
    private let exitStatus: Int32

    private struct Side: Encodable {
        let name: String
        let matched: Int
        let resultsWithoutRequest: Int
        let requestsWithoutResult: Int
        let duplicateKeys: Int
        let skippedRows: Int
    }

    /// A join that failed: of a batch, or of all batches.
    private struct Failure: Encodable {
        let batchID: String?
        let reason: String
    }

    /// A row of a source.
    ///
    /// The document lists the first thousand rows of each source.
    private struct Row: Encodable {
        let file: String
        let line: Int
        let byte: Int
    }

    init(_ summary: JoinSummary) {
        let report = summary.report
        archive = summary.archivePath
        batches = report.batches
        unchanged = report.unchanged
        withoutSource = report.withoutSource
        withoutRaw = report.withoutRaw
        rows = report.rows
        storedBytes = report.storedBytes
        sharedKeys = report.sharedKeys
        sources = report.relations.map { relation in
            Side(
                name: relation.name,
                matched: relation.tally.matched,
                resultsWithoutRequest: relation.tally.resultsWithoutRow,
                requestsWithoutResult: relation.tally.rowsWithoutResult,
                duplicateKeys: relation.duplicateKeys,
                skippedRows: relation.skippedRows
            )
        }
        duplicates = report.sources.flatMap { source in
            source.duplicates.map { Row(file: source.path, line: $0.line, byte: $0.byte) }
        }
        skipped = report.sources.flatMap { source in
            source.skipped.map { Row(file: source.path, line: $0.line, byte: $0.byte) }
        }
        failures = report.failures.map { failure in
            Failure(batchID: failure.batchID, reason: FailureText.describing(failure.error).sentence)
        }
        notJoined = report.pending
        exitStatus = summary.status.rawValue
    }
}
