import BatchAnalytics
import BatchArchive
import MessageBatches

extension WindowOptions {
    /// The archives to read and the selected batches of a statistic.
    ///
    /// `prices` is nil for a command that has no option for other prices.
    ///
    /// - Throws: ``CommandFailure`` for an invalid window; ``ArchiveFailure`` if the path is not an archive.
    func statistics(
        of archive: ArchivePathOption,
        now: Timestamp,
        prices: PriceSource? = nil
    ) throws -> ArchiveStatistics {
        try ArchiveStatistics(path: archive.path, selection: selection(now: now), prices: prices?.requested)
    }

    /// The selected batches of an archive.
    func selection(now: Timestamp) throws(CommandFailure) -> ArchiveSelection {
        ArchiveSelection(try window(now: now), ids: ids)
    }
}

extension ArchiveStatistics {
    /// Warns if no batch is selected, or if a named batch is not in the archive.
    func explain(_ notice: ReadingNotice, _ context: CommandContext) async throws {
        let isIncomplete = notice.batches + notice.unreadable.count < selection.ids?.count ?? 0
        guard notice.batches == 0 || isIncomplete else { return }
        try await EmptyResult(selection: selection).explain(in: archives, isEmpty: notice.batches == 0, context)
    }
}
