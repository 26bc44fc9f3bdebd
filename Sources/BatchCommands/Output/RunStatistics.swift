import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchPipeline
import BatchReports
import MessageBatches
import Prices
import Synchronization
import Tables

/// Collects the statistics of the batches that a run archives, and writes them to the archive at the end of the run.
///
/// The lock protects `state`, because events arrive from several batches concurrently.
final class RunStatistics: Sendable {
    let prices: PriceSource
    /// The path of the report page.
    ///
    /// An empty path means the page in the archive, nil means no page.
    private let page: String?
    /// The zone of the days on the page.
    private let zone: CalendarZone
    /// The regular expression for prefixes to record in the archive.
    private let prefixPattern: PrefixPattern?
    private let state = Mutex(State())

    private struct State {
        var batches = RollUp(by: Grouping(by: [.batch]))
        var days: Set<CalendarDay> = []
    }

    /// The result of writing the statistics.
    struct Outcome: Sendable {
        /// The cost of the batches that the run archived.
        let cost: Cost
        /// Sentences about archived batches that are outdated, or whose costs today's prices change.
        var notes: [String] = []
        /// The path of the page, if one was written.
        var page: String?
        /// The error, if something could not be written.
        var failure: FailureText?
    }

    init(prices: PriceSource, page: String?, zone: CalendarZone, prefixPattern: PrefixPattern? = nil) {
        self.prefixPattern = prefixPattern
        self.prices = prices
        self.page = page
        self.zone = zone
    }

    /// Adds the batch of a pipeline event that reports a newly archived batch.
    @Sendable func observe(_ event: ExportEvent) {
        guard case .finished(let batch, .archived(_, let proof, _)) = event else { return }
        let summarized = SummarizedBatch(batch, workspace: proof.workspaceID, summaries: proof.summaries)
        state.withLock { state in
            state.batches.add(summarized)
            state.days.insert(batch.day)
        }
    }

    /// Writes the roll-ups of the run and of its days, and the report page if the options request one.
    ///
    /// A run that archived nothing writes only the roll-ups of days that an interrupted run has not written. The caller
    /// must hold the lock of the archive.
    func finish(
        _ report: ExportReport,
        of selection: ExportSelection,
        in archive: FileArchive,
        _ catalog: Catalog,
        startedAt: Timestamp,
        now: Timestamp
    ) async -> Outcome {
        let (rollUp, archivedDays) = state.withLock { ($0.batches, $0.days) }
        var outcome = Outcome(cost: rollUp.measures.cost)
        do {
            // An interrupted run has left out the roll-ups of other days.
            let days = try archivedDays.union(archive.folder.daysToRollUp())
            let summaries = SummaryDocuments(archive.folder)
            var documents = archivedDays.isEmpty ? [:] : summaries.documents(ofRun: startedAt, rollUp)
            let rollUps = try await summaries.documents(of: days, currentPrices: prices.table)
            documents.merge(rollUps.result) { $1 }
            if let prefixPattern, try PrefixPattern(recordedIn: archive.folder) != prefixPattern {
                documents.merge(prefixPattern.document) { $1 }
            }
            if !documents.isEmpty { try await archive.replaceDocuments(documents) }
            var notice = rollUps.notice
            notice.merge(try await self.notice(about: archive.folder, except: days))
            outcome.notes = notice.sentences
            if page != nil, report.stop == nil {
                let listing = Completeness.Listing(
                    startedAt: startedAt,
                    unreadable: report.notRetrieved.count,
                    isShard: selection.filter.shard != nil
                )
                outcome.page = try await writePage(of: selection, in: archive.folder, catalog, listing, now: now)
            }
        } catch {
            outcome.failure = FailureText.describing(error)
        }
        return outcome
    }

    /// Checks the batches of all other days for costs that are outdated.
    private func notice(
        about folder: ArchiveFolder,
        except days: Set<CalendarDay>
    ) async throws -> ReadingNotice {
        let others = try Set(folder.manifestDays()).subtracting(days)
        var source = ArchiveStatistics(folder, selection: ArchiveSelection(days: others))
        source.currentPrices = prices.table
        return try await source.fold([TokenSummary.self], into: 0, { _, _ in }, merge: { _, _ in }).notice
    }

    private func writePage(
        of selection: ExportSelection,
        in folder: ArchiveFolder,
        _ catalog: Catalog,
        _ listing: Completeness.Listing,
        now: Timestamp
    ) async throws -> String {
        let source = ArchiveStatistics(
            folder,
            selection: ArchiveSelection(selection.window, ids: selection.filter.ids)
        )
        let page = ReportPage(
            source,
            prices: prices,
            toolVersion: BatchkeepVersion.current,
            now: now,
            zone: zone,
            retryOptions: { source.retryOptions(showsPath: false, source: $0) }
        )
        let html = try await page.html([catalog], listing: listing).result
        guard let file = self.page, !file.isEmpty else {
            try folder.replace(ArchivePaths.page, with: Array(html.utf8))
            return folder.path(ArchivePaths.page)
        }
        try html.writeWhole(to: file)
        return file
    }
}
