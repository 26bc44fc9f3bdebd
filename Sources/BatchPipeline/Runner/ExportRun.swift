package import MessageBatches

/// Which batches an export is about.
package struct ExportSelection: Sendable {
    package var window: BatchWindow
    package var filter: BatchFilter
    /// Items a page of the listing, 1 to 1000.
    package var pageSize: Int
    /// The part of the window that need not be listed again, if there is one.
    package var settled: SettledPast?

    package init(
        window: BatchWindow,
        filter: BatchFilter,
        pageSize: Int = 1_000,
        settled: SettledPast? = nil
    ) {
        self.window = window
        self.filter = filter
        self.pageSize = pageSize
        self.settled = settled
    }

    /// The window that is walked where the settled past holds.
    package var shortWindow: BatchWindow {
        guard let settled else { return window }
        return BatchWindow(since: window.since.map { max($0, settled.end) } ?? settled.end, until: window.until)
    }
}

/// The beginning of a window in which every batch was listed before and is settled: archived, withdrawn or lost.
package struct SettledPast: Sendable, Hashable {
    /// The first moment behind it: a walk may stop at the first batch older than this.
    package var end: Timestamp
    /// The workspace it was listed in; for another one it proves nothing.
    package var workspaceID: String?

    package init(end: Timestamp, workspaceID: String?) {
        self.end = end
        self.workspaceID = workspaceID
    }
}

/// The whole of an export: list, filter, then fetch to archive for each batch, several at once.
package struct ExportRun: Sendable {
    private let ports: ExportPorts
    private let settings: ExportSettings
    private let ledger: any BatchLedger

    package init(ports: ExportPorts, settings: ExportSettings, ledger: any BatchLedger = NoLedger()) {
        self.ports = ports
        self.settings = settings
        self.ledger = ledger
    }

    /// Runs to the end and reports.
    ///
    /// With `isDryRun` only lists, and writes nothing.
    ///
    /// What ends a run early stands in ``ExportReport/stop``; the figures tell what was done until then, and what was
    /// published before stays published.
    package func run(_ selection: ExportSelection, isDryRun: Bool = false) async -> ExportReport {
        var report = ExportReport(summaries: ports.summaries)
        do {
            var survey = try await list(selection, into: &report)
            survey.archived = try await ports.archive.archivedIDs()
            report.serverDate = survey.serverDate
            let findings = await ledger.survey(survey)
            let wanted = plan(survey, findings, filter: selection.filter, into: &report)
            guard !isDryRun else {
                report.wouldFetch = wanted
                return report
            }
            ports.observe(.planned(batches: wanted.count, results: wanted.reduce(0) { $0 + $1.counts.finished }))
            try await fetch(wanted, listedAt: survey.serverDate, into: &report)
        } catch {
            report.stop = error
        }
        guard !isDryRun else { return report }
        do {
            try await ports.archive.finishRun()
        } catch {
            // The first error is the one to tell.
            report.stop = report.stop ?? error
        }
        return report
    }

    private func list(_ selection: ExportSelection, into report: inout ExportReport) async throws -> BatchSurvey {
        if let ids = selection.filter.ids { return try await retrieve(ids, into: &report) }
        var window = selection.shortWindow
        var walk = walk(of: window, selection)
        var survey = BatchSurvey()
        while let batches = try await walk.next() {
            if let settled = selection.settled, window != selection.window,
                walk.head?.workspaceID != settled.workspaceID
            {
                // Another key, other batches: nothing is proven of them.
                window = selection.window
                walk = self.walk(of: window, selection)
                continue
            }
            survey.batches += batches
            (report.listed, report.inWindow) = (walk.listed, survey.batches.count)
            ports.observe(.listed(total: report.listed, inWindow: report.inWindow))
        }
        survey.serverDate = walk.head?.date
        report.settledBefore = window == selection.window ? nil : window.since
        survey.walked = survey.batches.map(\.createdAt).max()
            .map { newest in
                WalkedSpan(since: window.since, newest: newest, workspaceID: walk.head?.workspaceID)
            }
        return survey
    }

    private func walk(of window: BatchWindow, _ selection: ExportSelection) -> BatchWalk {
        BatchWalk(lister: ports.lister, walker: PageWalker(window: window, pageSize: selection.pageSize))
    }

    /// Batches asked for by id are fetched by id: no need to walk a listing for them.
    private func retrieve(_ ids: Set<String>, into report: inout ExportReport) async throws -> BatchSurvey {
        var survey = BatchSurvey()
        var missing: ServiceFailure?
        for id in ids.sorted() {
            do throws(ServiceFailure) {
                let (batch, head) = try await ports.lister.messageBatch(id: id)
                survey.batches.append(batch)
                survey.serverDate = head.date
                (report.listed, report.inWindow) = (survey.batches.count, survey.batches.count)
            } catch {
                guard error.status == 404 || error.status == 410 else { throw error }
                // One batch that is gone must not keep the others from being fetched.
                report.notFound[id] = error
                missing = missing ?? error
            }
        }
        if survey.batches.isEmpty, let missing { throw missing }
        return survey
    }

    /// The batches to fetch, oldest first, as their results are withdrawn first; the others are counted.
    private func plan(
        _ survey: BatchSurvey,
        _ findings: SurveyFindings,
        filter: BatchFilter,
        into report: inout ExportReport
    ) -> [MessageBatch] {
        var wanted: [MessageBatch] = []
        for batch in survey.batches {
            if survey.archived.contains(batch.id) {
                report.alreadyArchived += 1
            } else if findings.lost.contains(batch.id) {
                report.lost += 1
            } else if batch.status != .ended {
                report.notEnded += 1
            } else if !filter.passes(batch) {
                report.leftOut += 1
            } else if batch.archivedAt != nil {
                report.withdrawn += 1
            } else if let postponed = findings.postponed[batch.id] {
                report.postponed.append(postponed)
            } else {
                wanted.append(batch)
            }
        }
        return wanted.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// Batches that may wait for the disk beside those being read: what they wait for is done for all of them at once.
    private static let publishedAtOnce = 64

    /// Works on the batches, several at once.
    ///
    /// A batch that is read gives its place to the next one and waits for its publication beside it. After an error that
    /// ends the run none is begun, but what the others still bring to an end counts.
    private func fetch(
        _ batches: [MessageBatch],
        listedAt: Timestamp?,
        into report: inout ExportReport
    ) async throws {
        let places = ReadingPlaces(settings.concurrency)
        var stop: (any Error)?
        await withThrowingTaskGroup(of: (MessageBatch, BatchOutcome).self) { group in
            var waiting = batches[...]
            var running = 0
            while true {
                let limit = settings.concurrency + Self.publishedAtOnce
                while stop == nil, running < limit, let batch = waiting.popFirst() {
                    group.addTask { [ports, settings] in
                        try await places.whileHolding { giveBack in
                            try Task.checkCancellation()
                            ports.observe(.started(batch))
                            var export = BatchExport(ports: ports, settings: settings, listedAt: listedAt)
                            export.whenRead = giveBack
                            return (batch, try await export.run(batch))
                        }
                    }
                    running += 1
                }
                guard let result = await group.nextResult() else { break }
                running -= 1
                switch result {
                case .success(let (batch, outcome)):
                    let isLost = await ledger.settle(batch, outcome)
                    report.take(batch, outcome, isLost: isLost)
                    ports.observe(.finished(batch, outcome))
                case .failure(let error):
                    stop = stop ?? error
                    group.cancelAll()
                }
            }
        }
        if let stop { throw stop }
    }
}
