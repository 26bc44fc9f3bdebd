import BatchAnalytics
import BatchCatalog
import BatchPipeline
import Foundation
import MessageBatches
import Prices
import Tables

/// What an export did: its exit status, the table for people and the document for programs.
struct ExportSummary: Sendable {
    /// The source of a pipeline file, if it has a name.
    var source: String?
    let report: ExportReport
    let standing: RetentionReport
    let selection: ExportSelection
    let archivePath: String
    let isDryRun: Bool
    var keyPlace = "the key"
    /// The exit status of a signal that ended the run early.
    let signal: ExitStatus?
    let startedAt: Timestamp
    let finishedAt: Timestamp
    /// The cost, and what was written about the run; nil for a dry run, for a shared one, and if nothing could run.
    var figures: RunFigures.Settled?
    /// The result of the join, if one was asked for.
    var join: JoinEnding?
    /// Whether others may write to the archive at the same time, so that this run wrote only its batches.
    var isShared = false

    /// All that apply; `--output json` lists them.
    var statuses: Set<ExitStatus> {
        var statuses: Set<ExitStatus> = []
        if let signal { statuses.insert(signal) } else if let stop { statuses.insert(stop.status) }
        if report.quarantined > 0 { statuses.insert(.integrity) }
        let open = [
            report.failed, report.unavailable, report.postponed.count, report.notRetrieved.count, report.busy,
        ]
        if open.contains(where: { $0 > 0 }) { statuses.insert(.partial) }
        // A dry run fetches nothing, so it cannot know what remains at risk.
        if !isDryRun, !standing.newlyLost.isEmpty || !standing.atRisk.isEmpty { statuses.insert(.lost) }
        if let failure = figures?.failure { statuses.insert(failure.status) }
        return statuses
    }

    var status: ExitStatus { .combined(statuses) }

    /// The error that stopped the run.
    var stop: FailureText? {
        report.stop.flatMap { error in
            guard var failure = error as? ServiceError else {
                return FailureText(error) ?? FailureText.unexpected(error)
            }
            failure.keyPlace = failure.keyPlace ?? keyPlace
            return FailureText(failure)
        }
    }

    /// The ID of the request that stopped the run, if it was one.
    var stopRequestID: String? {
        (report.stop as? ServiceError)?.requestID
    }

    /// Writes the table and the problems to standard error.
    func print(in context: CommandContext, isQuiet: Bool) {
        if !isQuiet, report.stop == nil || report.listed > 0 {
            context.note("")
            context.writeNote(Array(block.render(style: context.noteStyle).utf8))
        } else if isQuiet {
            for line in troubles { context.note("batchkeep: \(line)") }
        }
        if !isQuiet, let join { join.tell(in: context, isQuiet: false) }
        stop?.print(in: context)
        if stop == nil { figures?.failure?.print(in: context) }
        for warning in standing.warnings(archivePath: archivePath) { context.note("batchkeep: \(warning)") }
    }

    /// The closing lines: what to know and what to do next.
    private var notes: [String] {
        outcome
            + [figures?.cost.unpricedSentence, figures?.page.map { "The page to look at: \($0)" }].compactMap(\.self)
    }

    private var outcome: [String] {
        if isDryRun { return ["Dry run: nothing was fetched or written."] }
        guard troubles.isEmpty else {
            return troubles
                + ["A later run tries these batches again; quarantined data lies in \(archivePath)/_quarantine."]
        }
        guard report.stop == nil, standing.atRisk.isEmpty, standing.newlyLost.isEmpty else { return [] }
        if report.archivedNow == 0 { return ["Nothing new: the archive holds every ended batch of the selection."] }
        let complete = "Complete: every batch holds exactly the results the API promised."
        return [
            isShared
                ? "\(complete) When all are done: batchkeep catalog rebuild --archive \(archivePath)"
                : "\(complete) Check with: cd \(archivePath) && sha256sum -c SHA256SUMS"
        ]
    }

    /// One line per batch that should be archived and is not.
    private var troubles: [String] {
        let lines =
            report.problems.map { "\($0.batch.id): \(FailureText.clause($0.outcome))" }
            + report.notRetrieved.sorted { $0.key < $1.key }.map { "\($0.key): \(FailureText.clause($0.value))" }
            + report.postponed.map(FailureText.sentence(of:))
        return lines.prefix(20) + (lines.count > 20 ? ["… and \((lines.count - 20).displayText) more."] : [])
    }

    /// The counts of the run by the names of its document.
    ///
    /// The catalog stores the same.
    var counts: [String: Int] {
        [
            "listed": report.listed, "in_window": report.inWindow, "archived_now": report.archivedNow,
            "already_archived": report.alreadyArchived, "not_ended": report.notEnded, "left_out": report.leftOut,
            "withdrawn": report.withdrawn, "lost": report.lost, "postponed": report.postponed.count,
            "unavailable": report.unavailable, "quarantined": report.quarantined, "failed": report.failed,
            "busy": report.busy,
            "at_risk": standing.atRisk.count,
        ]
    }

    private var seconds: Double { finishedAt.seconds(since: startedAt) }

    private var block: SummaryBlock {
        var batches = [
            Metric("listed", .integer(report.listed), .integer),
            Metric("in window", .integer(report.inWindow), .integer),
            Metric(isDryRun ? "would fetch" : "archived now", archivedNow, .integer, tone: .good),
            Metric("already there", .integer(report.alreadyArchived), .integer),
            Metric("not ended", .integer(report.notEnded), .integer, note: "a later run takes them"),
            Metric("withdrawn", .integer(report.withdrawn), .integer, note: "before this archive saw them"),
        ]
        if report.lost > 0 {
            let new = standing.newlyLost.count
            batches.append(
                Metric("lost", .integer(report.lost), .integer, tone: .bad, note: new > 0 ? "\(new) new" : nil)
            )
        }
        if report.leftOut > 0 { batches.append(Metric("left out", .integer(report.leftOut), .integer)) }
        batches += [
            Metric("unavailable", .integer(report.unavailable), .integer, tone: .warning),
            Metric("quarantined", .integer(report.quarantined), .integer, tone: .bad),
            Metric("failed", .integer(report.failed), .integer, tone: .bad),
        ]
        if report.busy > 0 {
            let count = Cell.integer(report.busy)
            batches.append(Metric("busy", count, .integer, tone: .warning, note: "another process fetches them"))
        }
        if !report.postponed.isEmpty {
            let count = Cell.integer(report.postponed.count)
            batches.append(Metric("postponed", count, .integer, tone: .warning, note: "failed before, tried later"))
        }
        if !standing.atRisk.isEmpty {
            let count = Cell.integer(standing.atRisk.count)
            batches.append(Metric("at risk", count, .integer, tone: .bad, note: "few days left, not archived"))
        }
        var sections = [SummaryBlock.Section("Batches", batches)]
        if !isDryRun {
            sections.append(SummaryBlock.Section("Results", lineFigures))
            sections.append(SummaryBlock.Section("Tokens", tokenFigures))
            if let cost = figures?.cost { sections.append(SummaryBlock.Section("Cost", costFigures(cost))) }
            sections.append(SummaryBlock.Section("Volume", volumeFigures))
        }
        return SummaryBlock(title: title, sections: sections, notes: notes)
    }

    private var title: String { "\(isDryRun ? "Dry run of " : "")Export of \(selection.sentence)" }

    private var archivedNow: Cell { .integer(isDryRun ? report.wouldFetch.count : report.archivedNow) }

    private var lineFigures: [Metric] {
        let known = ResultType.known.map(\.name)
        let others = report.lines.keys.filter { !known.contains($0) }.sorted()
        return (known + others).map { Metric($0, .integer(report.lines[$0] ?? 0), .integer) }
    }

    var tokens: TokenUsage {
        report.summaries.summary(TokenSummary.self)?.total.usage ?? TokenUsage()
    }

    private var tokenFigures: [Metric] {
        [
            Metric("input", .integer(tokens.input), .integer),
            Metric("cache writes", .integer(tokens.cacheCreation5m + tokens.cacheCreation1h), .integer),
            Metric("cache reads", .integer(tokens.cacheRead), .integer),
            Metric("output", .integer(tokens.output), .integer),
        ]
    }

    private func costFigures(_ cost: Cost) -> [Metric] {
        [
            Metric("in batches", cost.isUnknown ? .missing : .money(cost.batch), .money),
            Metric("list price", cost.isUnknown ? .missing : .money(cost.list), .money),
            Metric("saved by cache", .money(cost.savedByCache), .money),
            Metric("unpriced", .integer(cost.unpricedRequests), .integer, tone: .warning, note: "in no amount"),
        ]
    }

    private var volumeFigures: [Metric] {
        [
            Metric("received", .integer(report.receivedBytes), .bytes),
            Metric("stored", .integer(report.storedBytes), .bytes),
            Metric("time", .decimal(seconds), .duration),
            Metric("speed", .decimal(Double(report.receivedBytes) / max(seconds, 0.001)), .byteRate),
        ]
    }

    /// The document of `--output json`.
    var document: ExportDocument {
        ExportDocument(self)
    }
}
