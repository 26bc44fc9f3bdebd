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
            let (wanted, pending) = plan(listed, advice, filter: filter, into: &report)
            let awaited = settings.wait == nil ? [] : pending
            report.concurrency = concurrency(of: wanted + awaited)
            guard !isDryRun else {
                (report.wouldFetch, report.wouldWaitFor) = (wanted, awaited)
                return report
            }
            let results = wanted.reduce(0) { $0.addingClamped($1.counts.finished) }
            ports.observe(.planned(batches: wanted.count, results: results))
            if let concurrency = report.concurrency { ports.observe(.limited(concurrency)) }
            if settings.wait != nil { report.wait = ExportReport.Wait(for: awaited) }
            if !awaited.isEmpty { ports.observe(.waiting(awaited, serverTime: listed.serverDate ?? ports.now())) }
            try await fetch(wanted, awaiting: awaited, of: listed, filter: filter, into: &report)
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

    /// Returns how many of these batches are downloaded at once; nil if there are none, or only files to import.
    private func concurrency(of batches: [MessageBatch]) -> ExportReport.Concurrency? {
        guard !settings.importsFiles, !batches.isEmpty else { return nil }
        return ExportReport.Concurrency(settings.concurrency, batches: batches)
    }

    /// Returns the batches to download and those that the API has not finished processing, and counts the others.
    ///
    /// The oldest batches come first, because the API removes their results first.
    private func plan(
        _ listed: ListedBatches,
        _ advice: ListingAdvice,
        filter: BatchFilter,
        into report: inout ExportReport
    ) -> (wanted: [MessageBatch], pending: [MessageBatch]) {
        var (wanted, pending): ([MessageBatch], [MessageBatch]) = ([], [])
        for batch in listed.batches {
            let reason = skipReason(for: batch, listed, advice, filter)
            if let reason { report.count(batch, reason, advice) } else { wanted.append(batch) }
            if reason == .pending { pending.append(batch) }
            if let reason { ports.observe(.skipped(batch, reason)) }
        }
        func oldestFirst(_ batches: [MessageBatch]) -> [MessageBatch] {
            batches.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        }
        return (oldestFirst(wanted), oldestFirst(pending))
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

    /// Exports the batches, several at once; those that are pending, as soon as they end.
    ///
    /// When the body of a batch is downloaded, its slot goes to the next batch, and publication waits without a slot.
    /// After an error that ends the run, no batch starts, but the outcomes of running batches still count. The refusal of
    /// a batch ends the run only as ``RefusalCount`` says.
    private func fetch(
        _ batches: [MessageBatch],
        awaiting pending: [MessageBatch],
        of listed: ListedBatches,
        filter: BatchFilter,
        into report: inout ExportReport
    ) async throws {
        let slots = DownloadSlots(settings.concurrency) { [source = ports.source] in source.slowdowns }
        let wait = settings.wait.map { EndWait($0, ports: ports, settings: settings) }
        var (waiting, awaited) = (batches[...], pending[...])
        var stop: (any Error)?
        var refusals = RefusalCount(isKeyAccepted: listed.isKeyAccepted)
        // A batch that is awaited needs no slot, so all of them are awaited from the start.
        let limit = settings.concurrency.highest + Self.publishedAtOnce + pending.count
        await mapConcurrently(limit: limit, order: .completion) { () -> Item? in
            if let batch = awaited.popFirst() { return .end(batch) }
            guard let batch = waiting.popFirst() else { return nil }
            return .download(batch, turn: await slots.nextTurn())
        } work: { item -> (MessageBatch, Result<ItemOutcome, any Error>) in
            do {
                switch item {
                case .download(let batch, let turn):
                    let outcome = try await download(batch, turn: turn, slots, listedAt: listed.serverDate)
                    return (batch, .success(.processed(outcome)))
                case .end(let batch):
                    let end = try await wait?.outcome(of: batch) ?? .timeIsUp
                    guard case .ended(let ended, let head) = end else { return (batch, .success(.notEnded(end))) }
                    return (ended, .success(try await archive(ended, head, slots, listed, filter)))
                }
            } catch {
                return (item.batch, .failure(error))
            }
        } consume: { (batch, result) in
            switch result {
            case .success(.notEnded(let end)):
                guard case .gone(let error) = end else { return .proceed }
                report.endWait(for: batch)
                report.notRetrieved[batch.id] = error
                ports.observe(.notRetrieved(id: batch.id, error))
            case .success(.skipped(let reason, let advice, let serverDate)):
                report.endWait(for: batch, at: serverDate)
                report.count(batch, reason, advice)
                ports.observe(.skipped(batch, reason))
            case .success(.ended(let outcome, let serverDate)):
                report.endWait(for: batch, at: serverDate)
                return await count(outcome, of: batch, &report, &refusals, &stop)
            case .success(.processed(let outcome)):
                return await count(outcome, of: batch, &report, &refusals, &stop)
            case .failure(is DownloadSlots.Closed):
                // Another item reports the error that closed the slots.
                break
            case .failure(let error):
                stop = stop ?? error
                return .drain
            }
            return .proceed
        }
        report.concurrency?.highest = await slots.highest
        report.concurrency?.slowdowns = ports.source.slowdowns
        if let stop = stop ?? refusals.refusedKeyAtEnd { throw stop }
    }

    private func download(
        _ batch: MessageBatch,
        turn: Int,
        _ slots: DownloadSlots,
        listedAt: Timestamp?
    ) async throws -> BatchOutcome {
        try await slots.withSlot(turn: turn, results: batch.counts.total) { releaseSlot in
            try Task.checkCancellation()
            var export = BatchExport(ports: ports, settings: settings, listedAt: listedAt)
            export.whenDownloaded = { tally in
                await slots.record(results: tally.lines, bytes: tally.bytes)
                await releaseSlot()
            }
            return try await export.run(batch)
        }
    }

    /// Archives a batch that ended during the run.
    private func archive(
        _ ended: MessageBatch,
        _ head: ReplyHead,
        _ slots: DownloadSlots,
        _ listed: ListedBatches,
        _ filter: BatchFilter
    ) async throws -> ItemOutcome {
        let serverDate = head.date ?? listed.serverDate
        var known = ListedBatches(batches: [ended], serverDate: serverDate)
        known.archived = try await ports.archive.archivedIDs(among: [ended])
        let advice = await ledger.advice(on: known)
        ports.observe(.ended(ended))
        if let reason = skipReason(for: ended, known, advice, filter) { return .skipped(reason, advice, serverDate) }
        let outcome = try await download(ended, turn: await slots.nextTurn(), slots, listedAt: serverDate)
        return .ended(outcome, serverDate)
    }

    private func count(
        _ outcome: BatchOutcome,
        of batch: MessageBatch,
        _ report: inout ExportReport,
        _ refusals: inout RefusalCount,
        _ stop: inout (any Error)?
    ) async -> ConcurrentFlow {
        let isLost = await ledger.record(outcome, of: batch)
        report.record(batch, outcome, isLost: isLost)
        ports.observe(.finished(batch, outcome))
        refusals.record(outcome)
        guard stop == nil, let refusal = refusals.refusedKey else { return .proceed }
        stop = refusal
        return .drain
    }

    /// A batch to process in the run.
    private enum Item: Sendable {
        case download(MessageBatch, turn: Int)
        /// Wait for its end, then archive it.
        case end(MessageBatch)

        var batch: MessageBatch {
            switch self {
            case .download(let batch, _), .end(let batch): batch
            }
        }
    }

    /// What became of a batch; the dates are the server's.
    private enum ItemOutcome: Sendable {
        case processed(BatchOutcome)
        /// It ended during the run, and was processed then.
        case ended(BatchOutcome, Timestamp?)
        /// It ended during the run, but cannot or need not be downloaded.
        case skipped(SkipReason, ListingAdvice, Timestamp?)
        case notEnded(EndWait.Outcome)
    }
}

extension ExportReport {
    /// Counts a batch that the run does not download.
    fileprivate mutating func count(_ batch: MessageBatch, _ reason: SkipReason, _ advice: ListingAdvice) {
        switch reason {
        case .archived: alreadyArchived += 1
        case .lost: lost += 1
        case .pending: pending += 1
        case .notSelected: skipped += 1
        case .removed: removed += 1
        case .retryScheduled: retryScheduled += advice.retryScheduled[batch.id].map { [$0] } ?? []
        }
    }

    /// Records that a batch is no longer pending, with the server's time if it ended.
    fileprivate mutating func endWait(for batch: MessageBatch, at serverDate: Timestamp? = nil) {
        pending -= 1
        wait?.stillPending[batch.id] = nil
        if batch.status == .ended { wait?.ended += 1 }
        self.serverDate = serverDate ?? self.serverDate
    }
}
