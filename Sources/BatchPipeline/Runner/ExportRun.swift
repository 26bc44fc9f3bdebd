import MessageBatches

/// A whole export: lists and filters the batches, then downloads and archives several at once.
package struct ExportRun: Sendable {
    private let ports: ExportPorts
    private let settings: ExportSettings
    private let ledger: any BatchLedger

    /// The number of batches that may wait for publication, in addition to those being downloaded.
    ///
    /// Batches that wait together are synced together.
    private static let publishedAtOnce = 64

    package init(ports: ExportPorts, settings: ExportSettings, ledger: any BatchLedger = NoLedger()) {
        self.ports = ports
        self.settings = settings
        self.ledger = ledger
    }

    /// Runs the export to its end and returns its report.
    ///
    /// With `isDryRun` it only lists the batches and writes nothing. If an error ends the run early, it is in
    /// ``ExportReport/stop``. The report then counts what was done before, and published batches stay published.
    package func run(_ selection: ExportSelection, isDryRun: Bool = false) async -> ExportReport {
        await run(selection.filter, isDryRun: isDryRun) { report in
            try await BatchListing(ports: ports, settings: settings).list(selection, into: &report)
        }
    }

    /// Exports batches that were listed elsewhere, and returns the report.
    ///
    /// The objects of batches named by ID are retrieved first.
    package func run(_ asked: RequestedBatches) async -> ExportReport {
        await run(BatchFilter(), isDryRun: false) { report in
            try await BatchListing(ports: ports, settings: settings).list(asked, into: &report)
        }
    }

    private func run(
        _ filter: BatchFilter,
        isDryRun: Bool,
        _ list: (inout ExportReport) async throws -> ListedBatches
    ) async -> ExportReport {
        var report = ExportReport(summaries: ports.summaries)
        do {
            var listed = try await list(&report)
            listed.archived = try await ports.archive.archivedIDs(among: listed.batches)
            report.serverDate = listed.serverDate
            let advice = await ledger.advice(on: listed)
            let wanted = plan(listed, advice, filter: filter, into: &report)
            guard !isDryRun else {
                report.wouldFetch = wanted
                return report
            }
            let results = wanted.reduce(0) { $0.addingClamped($1.counts.finished) }
            ports.observe(.planned(batches: wanted.count, results: results))
            try await fetch(wanted, of: listed, into: &report)
        } catch {
            report.stop = error
        }
        guard !isDryRun else { return report }
        do {
            try await ports.archive.finishRun()
        } catch {
            // The first error is reported.
            report.stop = report.stop ?? error
        }
        return report
    }

    /// Returns the batches to download and counts the others.
    ///
    /// The oldest batches come first, because the API removes their results first.
    private func plan(
        _ listed: ListedBatches,
        _ advice: ListingAdvice,
        filter: BatchFilter,
        into report: inout ExportReport
    ) -> [MessageBatch] {
        var wanted: [MessageBatch] = []
        for batch in listed.batches {
            let reason = skipReason(for: batch, listed, advice, filter)
            switch reason {
            case nil: wanted.append(batch)
            case .archived: report.alreadyArchived += 1
            case .lost: report.lost += 1
            case .pending: report.pending += 1
            case .notSelected: report.skipped += 1
            case .removed: report.removed += 1
            case .retryScheduled: report.retryScheduled += advice.retryScheduled[batch.id].map { [$0] } ?? []
            }
            if let reason { ports.observe(.skipped(batch, reason)) }
        }
        return wanted.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    private func skipReason(
        for batch: MessageBatch,
        _ listed: ListedBatches,
        _ advice: ListingAdvice,
        _ filter: BatchFilter
    ) -> SkipReason? {
        if listed.archived.contains(batch.id) { return .archived }
        if advice.lost.contains(batch.id), !settings.importsFiles { return .lost }
        if batch.status != .ended { return .pending }
        if !filter.passes(batch) { return .notSelected }
        if batch.archivedAt != nil, !settings.importsFiles { return .removed }
        return advice.retryScheduled[batch.id] == nil ? nil : .retryScheduled
    }

    /// Exports the batches, several at once.
    ///
    /// When the body of a batch is downloaded, its slot goes to the next batch, and publication waits without a slot.
    /// After an error that ends the run, no batch starts, but the outcomes of running batches still count. The refusal of
    /// a batch ends the run only as ``RefusalCount`` says.
    private func fetch(
        _ batches: [MessageBatch],
        of listed: ListedBatches,
        into report: inout ExportReport
    ) async throws {
        let slots = DownloadSlots(settings.concurrency)
        var waiting = batches.enumerated().makeIterator()
        var stop: (any Error)?
        var refusals = RefusalCount(isKeyAccepted: listed.isKeyAccepted)
        await mapConcurrently(limit: settings.concurrency + Self.publishedAtOnce, order: .completion) {
            waiting.next()
        } work: { [ports, settings] (turn, batch) -> (MessageBatch, Result<BatchOutcome, any Error>) in
            do {
                let outcome = try await slots.withSlot(turn: turn) { releaseSlot in
                    try Task.checkCancellation()
                    var export = BatchExport(ports: ports, settings: settings, listedAt: listed.serverDate)
                    export.whenDownloaded = releaseSlot
                    return try await export.run(batch)
                }
                return (batch, .success(outcome))
            } catch {
                return (batch, .failure(error))
            }
        } consume: { (batch, result) in
            switch result {
            case .success(let outcome):
                let isLost = await ledger.record(outcome, of: batch)
                report.record(batch, outcome, isLost: isLost)
                ports.observe(.finished(batch, outcome))
                refusals.record(outcome)
                if stop == nil, let refusal = refusals.refusedKey {
                    stop = refusal
                    return .drain
                }
            case .failure(is DownloadSlots.Closed):
                // Another item reports the error that closed the slots.
                break
            case .failure(let error):
                stop = stop ?? error
                return .drain
            }
            return .proceed
        }
        if let stop = stop ?? refusals.refusedKeyAtEnd { throw stop }
    }
}
