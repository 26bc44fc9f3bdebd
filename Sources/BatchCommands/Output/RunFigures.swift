import BatchAnalytics
import BatchArchive
import BatchPipeline
import BatchReports
import MessageBatches
import Prices
import Synchronization
import Tables

/// Adds up what a run archives while it goes on, and keeps the figures in the archive at its end.
///
/// The lock guards `state`; events come from all batches at once.
final class RunFigures: Sendable {
    let prices: PriceSource
    /// The file of the page: empty for the archive's own, nil for none.
    private let page: String?
    private let state: Mutex<State>

    private struct State {
        var batches: RollUp
        var days: Set<CalendarDay> = []
    }

    /// What came of the figures.
    struct Settled: Sendable {
        /// Of the batches archived by the run.
        let cost: Cost
        /// The page, where one was written.
        var page: String?
        /// Why something could not be written.
        var failure: FailureText?
    }

    init(prices: PriceSource, page: String?) throws(TierEdgesError) {
        self.prices = prices
        self.page = page
        let pricer = try prices.pricer(isScan: false)
        state = Mutex(State(batches: RollUp(by: Grouping(by: [.batch]), pricer: pricer)))
    }

    /// Takes in what happens in the pipeline.
    @Sendable func observe(_ event: ExportEvent) {
        guard case .finished(let batch, .archived(_, let proof, _)) = event else { return }
        let summarized = SummarizedBatch(batch, workspace: proof.workspaceID, summaries: proof.summaries)
        state.withLock { state in
            state.batches.add(summarized)
            state.days.insert(batch.day)
        }
    }

    /// Writes the roll-ups of the run and of its days, and the page if one was asked for.
    ///
    /// A run that archived nothing leaves the roll-ups as they are. Needs the archive's lock.
    func settle(
        _ report: ExportReport,
        of selection: ExportSelection,
        in folder: ArchiveFolder,
        startedAt: Timestamp,
        now: Timestamp
    ) async -> Settled {
        let (rollUp, days) = state.withLock { ($0.batches, $0.days) }
        var settled = Settled(cost: rollUp.measures.cost)
        do {
            if !days.isEmpty { try write(rollUp, name: "runs/\(startedAt.fileName)", in: folder) }
            for day in days.sorted() { try await write(day, in: folder) }
            if page != nil, report.stop == nil {
                settled.page = try await writePage(report, of: selection, in: folder, startedAt: startedAt, now: now)
            }
        } catch {
            settled.failure = FailureText(error) ?? .unexpected(error)
        }
        return settled
    }

    /// The roll-up of a day over everything the archive has of it.
    private func write(_ day: CalendarDay, in folder: ArchiveFolder) async throws {
        let next = CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 1)
        let source = ArchiveStatistics(folder, selection: ArchiveSelection(since: day.start, until: next.start))
        let pricer = try prices.pricer(isScan: false)
        let reading = try await source.rollUp(by: Grouping(by: [.day]), pricer: pricer)
        try write(reading.result, name: "days/\(day.text)", in: folder)
    }

    private func write(_ rollUp: RollUp, name: String, in folder: ArchiveFolder) throws(ArchiveFailure) {
        let table = rollUp.table(caption: "Archived batches", notes: [prices.statement])
        for format in [TableFormat.json, .csv] {
            let text = Array(format.render(table).utf8)
            try folder.replace("\(ArchivePaths.summaries)/\(name).\(format.rawValue)", with: text)
        }
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

extension Timestamp {
    /// The moment as a file name that sorts by time: `20261122T020000.123456Z`.
    fileprivate var fileName: String {
        text.filter { $0 != "-" && $0 != ":" }
    }
}
