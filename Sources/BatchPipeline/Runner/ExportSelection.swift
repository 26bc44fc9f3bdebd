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
