import BatchPipeline
import MessageBatches

extension ExportSelection {
    /// The selection with what the catalog knows of its window: the window itself where the user named none, and the part
    /// that need not be listed again.
    func resolved(by plan: WindowPlan, isFull: Bool) -> ExportSelection {
        guard filter.ids == nil else { return self }
        var selection = self
        // What one part has settled says nothing of the others.
        let isFull = isFull || filter.shard != nil
        if window.since == nil, window.until == nil {
            (selection.window, selection.settled) = plan.automatic(isFull: isFull)
        } else {
            selection.settled = plan.settled(in: window, isFull: isFull)
        }
        return selection
    }

    /// What the user should know of batches that the window leaves out although they need care.
    func warning(about unsettled: [Timestamp]) -> String? {
        guard filter.ids == nil else { return nil }
        let outside = unsettled.filter { window.isBefore($0) }
        return outside.min().map { FailureText.unsettled(outside.count, oldest: $0) }
    }
}
