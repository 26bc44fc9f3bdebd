import MessageBatches

/// The batches that an export selects.
package struct ExportSelection: Sendable {
    package var window: BatchWindow
    package var filter: BatchFilter
    /// Batches per page of the listing, 1 to 1000.
    package var pageSize: Int
    /// The beginning of the window that is not listed again; nil if there is none.
    ///
    /// All its batches were listed before and are archived, removed or lost.
    package var completed: CompletedWindow?

    package init(
        window: BatchWindow,
        filter: BatchFilter,
        pageSize: Int = 1_000,
        completed: CompletedWindow? = nil
    ) {
        self.window = window
        self.filter = filter
        self.pageSize = pageSize
        self.completed = completed
    }

    /// The window without the part that is already complete.
    package var shortWindow: BatchWindow {
        guard let completed else { return window }
        return BatchWindow(since: window.since.map { max($0, completed.end) } ?? completed.end, until: window.until)
    }
}
