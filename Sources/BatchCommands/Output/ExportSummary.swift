import BatchAnalytics
import BatchCatalog
import BatchJoin
import BatchPipeline
import Foundation
import MessageBatches
import Prices
import Tables

/// The result of an export: its exit status, the table for people and the document for programs.
struct ExportSummary: Sendable {
    /// The name of the source in a pipeline file, if it has one.
    var source: String?
    let report: ExportReport
    let retention: RetentionReport
    let selection: ExportSelection
    let archivePath: String
    let isDryRun: Bool
    var keyPlace = "the key"
    /// The exit status of the signal that stopped the run, if there was one.
    let signal: ExitStatus?
    let startedAt: Timestamp
    let finishedAt: Timestamp
    /// The cost of the run and the report page.
    ///
    /// It is nil for a dry run, for a shared run, and if the run could not start.
    var statistics: RunStatistics.Outcome?
    /// The result of the join, if the run joined anything.
    var join: JoinSummary?
    /// Whether the run shared the archive with other processes and wrote only its own batches.
    var isShared = false
    /// The downloads that the next run resumes, if this run was stopped.
    var partial: PartialDownloads?
    /// The files of `import`; nil for an export.
    var imported: [ImportedFile]?
    /// The command line after the program's name, as the user typed it.
    var arguments: [String] = []

    /// All exit statuses that apply.
    ///
    /// The JSON document lists them.
    var statuses: Set<ExitStatus> {
        var statuses: Set<ExitStatus> = []
        if let signal { statuses.insert(signal) } else if let stop { statuses.insert(stop.status) }
        if report.quarantined > 0 { statuses.insert(.integrity) }
        let open = [
            report.failed, report.unavailable, report.retryScheduled.count, report.notRetrieved.count, report.busy,
        ]
        if open.contains(where: { $0 > 0 }) || report.wait?.stillPending.isEmpty == false { statuses.insert(.partial) }
        // A dry run fetches nothing, so it does not know which batches are expiring.
        if !isDryRun, !retention.newlyLost.isEmpty || !retention.expiring.isEmpty { statuses.insert(.lost) }
        if imported?.contains(where: { $0.state == .refused }) == true { statuses.insert(.usage) }
        if imported?.contains(where: { $0.isSame == false }) == true { statuses.insert(.integrity) }
        if let failure = statistics?.failure { statuses.insert(failure.status) }
        if let join {
            // The results are archived; the next run with the same options repeats the join. Batches without raw files
            // are only a warning: no later run could join them, and every night would end with 3.
            if !join.report.failures.isEmpty { statuses.insert(.partial) }
            if !join.report.unreadable.isEmpty { statuses.insert(.integrity) }
        }
        return statuses
    }

    var status: ExitStatus { .combined(statuses) }

    /// The error that stopped the run.
    var stop: FailureText? {
        report.stop.flatMap { error in
            guard var failure = error as? ServiceError else {
                return FailureText.describing(error)
            }
            failure.keyPlace = failure.keyPlace ?? keyPlace
            return FailureText(failure)
        }
    }

    /// The ID of the request that stopped the run, if a request stopped it.
    var stopRequestID: String? {
        (report.stop as? ServiceError)?.requestID
    }

    /// Writes the closing table, then the problems, to standard error; an interrupted run has three lines instead of
    /// the table.
    ///
    /// With `hasReportedProblems`, the problems of downloads were written when they happened and are not repeated.
    func print(in context: CommandContext, isQuiet: Bool, hasReportedProblems: Bool = false) {
        let interruption = Interruption(self)
        if !isQuiet, interruption == nil, report.stop == nil || report.listed > 0 {
            context.note("")
            context.note(block)
            if report.stop == nil, let join { join.printTable(in: context) }
        }
        // The resumed run retries, joins and warns of batches that expire; it does not report these losses again.
        let isWhole = interruption == nil
        for line in problems(includesDownloads: !hasReportedProblems, includesOthers: isWhole) {
            context.report(.warning, line)
        }
        for line in removedUnreadable { context.report(.warning, line) }
        if let interruption { interruption.print(in: context) } else { stop?.print(in: context) }
        if stop == nil { statistics?.failure?.print(in: context) }
        stillPending?.print(in: context)
        let warnings = (isWhole ? retention : RetentionReport(newlyLost: retention.newlyLost, moment: finishedAt))
            .warnings
        for warning in warnings { context.report(.warning, warning) }
        if !warnings.isEmpty { context.report(.hint, "batchkeep status --archive \(archivePath.shellQuoted)") }
    }

    /// The lines below the table: facts to know and what to do next.
    private var notes: [String] {
        outcome
            + (statistics?.cost.sentences ?? []) + (statistics?.notes ?? [])
            + [statistics?.page.map { "Report page: \($0)" }, join?.pendingSentence].compactMap(\.self)
    }

    private var outcome: [String] {
        if let imported { return ImportedFile.notes(about: imported, archivePath: archivePath) }
        if isDryRun { return ["Dry run: nothing was downloaded or written."] + wouldWait }
        guard problems().isEmpty else {
            let place = report.quarantined > 0 ? " Quarantined data is in \(archivePath)/_quarantine." : ""
            return ["A later run retries the batches that are not archived.\(place)"]
        }
        guard report.stop == nil, retention.expiring.isEmpty, retention.newlyLost.isEmpty else { return [] }
        // Without a completed window, which is not listed again.
        if report.inWindow == 0, report.completedBefore == nil, !isShared {
            return ["Nothing new: the API lists no batch in this selection."]
        }
        if report.archivedNow == 0 { return ["Nothing new: all selected batches that have ended are archived."] }
        let complete = "Complete: every batch holds exactly the results the API promised."
        return [
            isShared
                ? "\(complete) When all are done: batchkeep catalog rebuild --archive \(archivePath.shellQuoted)"
                : "\(complete) Check with: cd \(archivePath.shellQuoted) && sha256sum -c SHA256SUMS"
        ]
    }

    /// The problems, one line per batch that should be archived and is not.
    ///
    /// Those of downloads and retrieved objects are also events of the run.
    private func problems(includesDownloads: Bool = true, includesOthers: Bool = true) -> [String] {
        let downloads =
            report.problems.map { "\($0.batch.id): \(FailureText.clause($0.outcome))" }
            + report.notRetrieved.sorted { $0.key < $1.key }.map { "\($0.key): \(FailureText.clause($0.value))" }
        let others = report.retryScheduled.map(FailureText.sentence(of:)) + (join?.problems ?? [])
        let lines = (includesDownloads ? downloads : []) + (includesOthers ? others : [])
        return lines.shortened(to: 20)
    }

    /// The removed batches whose objects cannot be read, one line per batch; no later run retries them.
    private var removedUnreadable: [String] {
        report.removedUnreadable.sorted { $0.key < $1.key }
            .map { FailureText.removed(id: $0.key, because: $0.value) }
            .shortened(to: 20)
    }

    /// The counts of the run, under the names of the JSON document.
    ///
    /// The catalog stores the same counts.
    var counts: [String: Int] {
        [
            "listed": report.listed, "in_window": report.inWindow, "archived_now": report.archivedNow,
            "already_archived": report.alreadyArchived, "pending": report.pending, "skipped": report.skipped,
            "removed": report.removed, "lost": report.lost, "retry_scheduled": report.retryScheduled.count,
            "unavailable": report.unavailable, "quarantined": report.quarantined, "failed": report.failed,
            "busy": report.busy, "not_retrieved": report.notRetrieved.count,
            "expiring": retention.expiring.count, "partial": partial?.batches ?? 0,
        ]
        .merging(join.map { ["not_joined": $0.report.pending.count] } ?? [:]) { $1 }
    }

    private var seconds: Double { finishedAt.seconds(since: startedAt) }

    private var block: SummaryBlock {
        var batches = [
            Metric("listed", .integer(report.listed), .integer),
            Metric("in window", .integer(report.inWindow), .integer),
            Metric(isDryRun ? "would fetch" : "archived now", archivedNow, .integer, tone: .good),
            Metric("already archived", .integer(report.alreadyArchived), .integer),
            Metric("pending", .integer(report.pending), .integer, note: "not finished processing"),
            Metric("removed", .integer(report.removed), .integer, note: "by the API, before this archive saw them"),
        ]
        if report.lost > 0 {
            let new = retention.newlyLost.count
            batches.append(
                Metric("lost", .integer(report.lost), .integer, tone: .bad, note: new > 0 ? "\(new) new" : nil)
            )
        }
        if report.skipped > 0 { batches.append(Metric("skipped", .integer(report.skipped), .integer)) }
        batches += [
            Metric("unavailable", .integer(report.unavailable), .integer, tone: .warning),
            Metric("quarantined", .integer(report.quarantined), .integer, tone: .bad),
            Metric("failed", .integer(report.failed), .integer, tone: .bad),
        ]
        if report.unreadable > 0 {
            let count = Cell.integer(report.unreadable)
            batches.append(Metric("unreadable", count, .integer, tone: .warning, note: "invalid batch object"))
        }
        let notRetrieved = report.notRetrieved.count - report.unreadable
        if notRetrieved > 0 {
            let count = Cell.integer(notRetrieved)
            batches.append(Metric("not retrieved", count, .integer, tone: .warning, note: "no batch object"))
        }
        if report.busy > 0 {
            let count = Cell.integer(report.busy)
            batches.append(Metric("busy", count, .integer, tone: .warning, note: "another process downloads them"))
        }
        if !report.retryScheduled.isEmpty {
            let count = Cell.integer(report.retryScheduled.count)
            batches.append(Metric("retry scheduled", count, .integer, tone: .warning, note: "failed before"))
        }
        if !retention.expiring.isEmpty {
            let count = Cell.integer(retention.expiring.count)
            batches.append(Metric("expiring", count, .integer, tone: .bad, note: "not archived, few days left"))
        }
        if let partial, partial.batches > 0 {
            let size = NumberText.bytes(Double(partial.receivedBytes))
            let count = Cell.integer(partial.batches)
            batches.append(Metric("partial", count, .integer, tone: .warning, note: "\(size) kept"))
        }
        var sections = [SummaryBlock.Section("Batches", batches)]
        if !isDryRun, report.archivedNow > 0 {
            sections.append(SummaryBlock.Section("Results", lineFigures))
            sections.append(SummaryBlock.Section("Tokens", tokenFigures))
            if let cost = statistics?.cost { sections.append(SummaryBlock.Section("Cost", costFigures(cost))) }
            sections.append(SummaryBlock.Section("Volume", volumeFigures))
        }
        return SummaryBlock(title: title, sections: sections, notes: notes)
    }

    private var title: String {
        "\(isDryRun ? "Dry run of " : "")\(imported == nil ? "Export" : "Import") of \(selection.sentence)"
    }

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
            Metric("cache writes", .integer(tokens.cacheCreation), .integer),
            Metric("cache reads", .integer(tokens.cacheRead), .integer),
            Metric("output", .integer(tokens.output), .integer),
        ]
    }

    private func costFigures(_ cost: Cost) -> [Metric] {
        [
            Metric("in batches", cost.isUnknown ? .missing : .money(cost.batch), .money),
            Metric("list price", cost.isUnknown ? .missing : .money(cost.list), .money),
            Metric("saved by cache", .money(cost.savedByCache), .money),
            Metric(
                "unpriced",
                .integer(cost.unpricedRequests),
                .integer,
                tone: .warning,
                note: "not included in costs"
            ),
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

    /// The document of `--json`.
    var document: ExportDocument {
        ExportDocument(self)
    }
}
