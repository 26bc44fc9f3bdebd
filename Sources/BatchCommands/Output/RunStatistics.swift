import BatchAnalytics
import BatchArchive
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
    private let state: Mutex<State>

    private struct State {
        var batches: RollUp
        var days: Set<CalendarDay> = []
    }

    /// The result of writing the statistics.
    struct Outcome: Sendable {
        /// The cost of the batches that the run archived.
        let cost: Cost
        /// The path of the page, if one was written.
        var page: String?
        /// The error, if something could not be written.
        var failure: FailureText?
    }

    init(prices: PriceSource, page: String?) throws(TierEdgesError) {
        self.prices = prices
        self.page = page
        let pricer = try prices.pricer(isScan: false)
        state = Mutex(State(batches: RollUp(by: Grouping(by: [.batch]), pricer: pricer)))
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
    /// A run that archived nothing does not change the roll-ups. The caller must hold the lock of the archive.
    func finish(
        _ report: ExportReport,
        of selection: ExportSelection,
        in archive: FileArchive,
        startedAt: Timestamp,
        now: Timestamp
    ) async -> Outcome {
        let (rollUp, days) = state.withLock { ($0.batches, $0.days) }
        var outcome = Outcome(cost: rollUp.measures.cost)
        do {
            if !days.isEmpty { try await write(rollUp, of: days, to: archive, startedAt: startedAt) }
            if page != nil, report.stop == nil {
                outcome.page = try await writePage(
                    report,
                    of: selection,
                    in: archive.folder,
                    startedAt: startedAt,
                    now: now
                )
            }
        } catch {
            outcome.failure = FailureText(error) ?? .unexpected(error)
        }
        return outcome
    }

    /// Writes the roll-ups of a run and of its days.
    private func write(
        _ rollUp: RollUp,
        of days: Set<CalendarDay>,
        to archive: FileArchive,
        startedAt: Timestamp
    ) async throws {
        let summaries = SummaryDocuments(archive.folder, prices: prices)
        var documents = summaries.documents(ofRun: startedAt, rollUp)
        for day in days.sorted() { documents.merge(try await summaries.documents(of: day)) { $1 } }
        try archive.replaceDocuments(documents)
    }

    private func writePage(
        _ report: ExportReport,
        of selection: ExportSelection,
        in folder: ArchiveFolder,
        startedAt: Timestamp,
        now: Timestamp
    ) async throws -> String {
        let source = ArchiveStatistics(
            folder,
            selection: ArchiveSelection(selection.window, ids: selection.filter.ids)
        )
        let page = ReportPage(source, prices: prices, toolVersion: BatchkeepVersion.current, now: now)
        let html = try await page.html { Completeness(report, archived: $0, listedAt: startedAt) }.result
        guard let file = self.page, !file.isEmpty else {
            try folder.replace(ArchivePaths.page, with: Array(html.utf8))
            return folder.path(ArchivePaths.page)
        }
        try html.writeWhole(to: file)
        return file
    }
}
