import BatchAnalytics
import BatchPipeline
import MessageBatches

extension RollUpEntry {
    /// A batch whose summaries were folded from some requests.
    static func folded(
        _ requests: [Request],
        id: String = "msgbatch_1",
        created: String = "2026-11-02T10:00:00Z",
        ended: String? = "2026-11-02T11:30:00Z",
        workspace: String? = nil
    ) -> RollUpEntry {
        let batch = MessageBatch.ended(id, created: created, ended: ended)
        var summaries = SummarySet(SummaryRegistry.kinds)
        summaries.fold(DecodedBlock(requests), of: batch)
        return RollUpEntry(
            batchID: id,
            createdAt: batch.createdAt,
            endedAt: batch.endedAt,
            workspace: workspace,
            summaries: summaries
        )
    }
}

extension RollUpTable {
    /// The values of a column by its name.
    func column(_ name: String) -> [Value] {
        guard let index = columns.firstIndex(where: { $0.name == name }) else { return [] }
        return rows.map { $0[index] }
    }

    /// The total of a column.
    func total(_ name: String) -> Value? {
        columns.firstIndex { $0.name == name }.map { totals[$0] }
    }
}
