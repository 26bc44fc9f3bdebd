import MessageBatches

/// Which batches an export is about.
package struct ExportSelection: Sendable {
    package var window: BatchWindow
    package var filter: BatchFilter
    /// Items a page of the listing, 1 to 1000.
    package var pageSize: Int

    package init(window: BatchWindow, filter: BatchFilter, pageSize: Int = 1_000) {
        self.window = window
        self.filter = filter
        self.pageSize = pageSize
    }
}

/// The whole of an export: list, filter, then fetch to archive for each batch, several at once.
package struct ExportRun: Sendable {
    private let ports: ExportPorts
    private let settings: ExportSettings

    package init(ports: ExportPorts, settings: ExportSettings) {
        self.ports = ports
        self.settings = settings
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
            let listing = try await list(selection, into: &report)
            let archived = try await ports.archive.archivedIDs()
            let wanted = plan(listing.batches, archived: archived, filter: selection.filter, into: &report)
            guard !isDryRun else {
                report.wouldFetch = wanted
                return report
            }
            ports.observe(.planned(batches: wanted.count, results: wanted.reduce(0) { $0 + $1.counts.finished }))
            try await fetch(wanted, listedAt: listing.serverDate, into: &report)
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

    private struct Listing {
        var batches: [MessageBatch] = []
        var serverDate: Timestamp?
    }

    private func list(_ selection: ExportSelection, into report: inout ExportReport) async throws -> Listing {
        if let ids = selection.filter.ids { return try await retrieve(ids, into: &report) }
        var listing = Listing()
        var walk = BatchWalk(
            lister: ports.lister,
            walker: PageWalker(window: selection.window, pageSize: selection.pageSize)
        )
        while let batches = try await walk.next() {
            listing.batches += batches
            (report.listed, report.inWindow) = (walk.listed, listing.batches.count)
            ports.observe(.listed(total: report.listed, inWindow: report.inWindow))
        }
        listing.serverDate = walk.head?.date
        return listing
    }

    /// Batches asked for by id are fetched by id: no need to walk a listing for them.
    private func retrieve(_ ids: Set<String>, into report: inout ExportReport) async throws -> Listing {
        var listing = Listing()
        for id in ids.sorted() {
            let (batch, head) = try await ports.lister.messageBatch(id: id)
            listing.batches.append(batch)
            listing.serverDate = head.date
            (report.listed, report.inWindow) = (listing.batches.count, listing.batches.count)
        }
        return listing
    }

    /// The batches to fetch, oldest first, as their results are withdrawn first; the others are counted.
    private func plan(
        _ batches: [MessageBatch],
        archived: Set<String>,
        filter: BatchFilter,
        into report: inout ExportReport
    ) -> [MessageBatch] {
        var wanted: [MessageBatch] = []
        for batch in batches {
            if archived.contains(batch.id) {
                report.alreadyArchived += 1
            } else if batch.status != .ended {
                report.notEnded += 1
            } else if !filter.passes(batch) {
                report.leftOut += 1
            } else if batch.archivedAt != nil {
                report.withdrawn += 1
            } else {
                wanted.append(batch)
            }
        }
        return wanted.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// Works on the batches, several at once.
    ///
    /// After an error that ends the run none is begun, but what the others still bring to an end counts.
    private func fetch(
        _ batches: [MessageBatch],
        listedAt: Timestamp?,
        into report: inout ExportReport
    ) async throws {
        let export = BatchExport(ports: ports, settings: settings, listedAt: listedAt)
        var stop: (any Error)?
        await withThrowingTaskGroup(of: (MessageBatch, BatchOutcome).self) { group in
            var waiting = batches[...]
            var running = 0
            while true {
                while stop == nil, running < settings.concurrency, let batch = waiting.popFirst() {
                    group.addTask { [observe = ports.observe] in
                        try Task.checkCancellation()
                        observe(.started(batch))
                        return (batch, try await export.run(batch))
                    }
                    running += 1
                }
                guard let result = await group.nextResult() else { break }
                running -= 1
                switch result {
                case .success(let (batch, outcome)):
                    report.take(batch, outcome)
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
