import BatchAnalytics
import BatchPipeline
import BatchReports
import Foundation
import MessageBatches

/// The end of an export: its exit status, the table for people and the document for programs.
struct ExportEnding {
    let report: ExportReport
    let selection: ExportSelection
    let archivePath: String
    let isDryRun: Bool
    let keyPlace: String
    /// The status of a signal that ended the run early.
    let signal: ExitStatus?
    let startedAt: Timestamp
    let finishedAt: Timestamp
    /// What came of the join, where one was asked for.
    var join: JoinEnding?

    /// Everything that applies; `--output json` lists them all.
    var statuses: Set<ExitStatus> {
        var statuses: Set<ExitStatus> = []
        if let signal { statuses.insert(signal) } else if let stop { statuses.insert(stop.status) }
        if report.quarantined > 0 { statuses.insert(.integrity) }
        if report.failed + report.unavailable > 0 { statuses.insert(.partial) }
        return statuses
    }

    var status: ExitStatus { .combined(statuses) }

    private var stop: FailureText? {
        report.stop.flatMap { error in
            let trouble = (error as? ServiceFailure).map { ServiceTrouble(failure: $0, keyPlace: keyPlace) }
            return FailureText(trouble ?? error) ?? FailureText.unexpected(error)
        }
    }

    /// Writes table, problems and document where they belong.
    func tell(in context: CommandContext, isQuiet: Bool, writesJSON: Bool) throws {
        if !isQuiet, report.stop == nil || report.listed > 0 {
            context.note("")
            context.writeNote(Array(block.render(style: context.noteStyle).utf8))
        }
        if !isQuiet, let join { try join.tell(in: context, isQuiet: false, writesJSON: false) }
        if let stop {
            context.note("batchkeep: \(stop.sentence)")
            if let advice = stop.advice { context.note("  \(advice)") }
        }
        if writesJSON { try context.write(try document() + [0x0A]) }
    }

    /// The closing line: what to know and what to do next.
    private var notes: [String] {
        if isDryRun { return ["Dry run: nothing was fetched or written."] }
        guard report.problems.isEmpty else {
            return report.problems.prefix(20).map { "\($0.batch.id): \(FailureText.clause($0.outcome))" }
                + (report.problems.count > 20 ? ["… and \(report.problems.count - 20) more."] : [])
                + ["A later run tries these batches again; quarantined data lies in \(archivePath)/_quarantine."]
        }
        guard report.stop == nil else { return [] }
        if report.archivedNow == 0 { return ["Nothing new: the archive holds every ended batch of the selection."] }
        return [
            "Complete: every batch holds exactly the results the API promised. Check with: cd \(archivePath) && sha256sum -c SHA256SUMS"
        ]
    }

    private var seconds: Double { finishedAt.seconds(since: startedAt) }

    private var block: SummaryBlock {
        var batches = [
            Figure("listed", .integer(report.listed), .integer),
            Figure("in window", .integer(report.inWindow), .integer),
            Figure(isDryRun ? "would fetch" : "archived now", archivedNow, .integer, tone: .good),
            Figure("already there", .integer(report.alreadyArchived), .integer),
            Figure("not ended", .integer(report.notEnded), .integer, note: "a later run takes them"),
            Figure("withdrawn", .integer(report.withdrawn), .integer, note: "before this archive saw them"),
        ]
        if report.leftOut > 0 { batches.append(Figure("left out", .integer(report.leftOut), .integer)) }
        batches += [
            Figure("unavailable", .integer(report.unavailable), .integer, tone: .warning),
            Figure("quarantined", .integer(report.quarantined), .integer, tone: .bad),
            Figure("failed", .integer(report.failed), .integer, tone: .bad),
        ]
        var sections = [SummaryBlock.Section("Batches", batches)]
        if !isDryRun {
            sections.append(SummaryBlock.Section("Results", lineFigures))
            sections.append(SummaryBlock.Section("Tokens", tokenFigures))
            sections.append(SummaryBlock.Section("Volume", volumeFigures))
        }
        return SummaryBlock(title: title, sections: sections, notes: notes)
    }

    private var title: String { "\(isDryRun ? "Dry run of " : "")Export of \(selection.sentence)" }

    private var archivedNow: Cell { .integer(isDryRun ? report.wouldFetch.count : report.archivedNow) }

    private var lineFigures: [Figure] {
        let known = ResultType.known.map(\.name)
        let others = report.lines.keys.filter { !known.contains($0) }.sorted()
        return (known + others).map { Figure($0, .integer(report.lines[$0] ?? 0), .integer) }
    }

    private var tokens: TokenUsage {
        report.summaries.summary(TokenSummary.self)?.total.usage ?? TokenUsage()
    }

    private var tokenFigures: [Figure] {
        [
            Figure("input", .integer(tokens.input), .integer),
            Figure("cache writes", .integer(tokens.cacheCreation5m + tokens.cacheCreation1h), .integer),
            Figure("cache reads", .integer(tokens.cacheRead), .integer),
            Figure("output", .integer(tokens.output), .integer),
        ]
    }

    private var volumeFigures: [Figure] {
        [
            Figure("received", .integer(report.receivedBytes), .bytes),
            Figure("stored", .integer(report.storedBytes), .bytes),
            Figure("time", .decimal(seconds), .duration),
            Figure("speed", .decimal(Double(report.receivedBytes) / max(seconds, 0.001)), .byteRate),
        ]
    }

    /// The run as one line of JSON, keys sorted.
    private func document() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(ExportDocument(self, tokens: tokens, stop: stop)))
    }
}
