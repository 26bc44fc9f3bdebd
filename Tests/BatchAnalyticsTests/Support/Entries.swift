import BatchAnalytics
import BatchArchive
import BatchPipeline
import MessageBatches
import Tables

extension SummarizedBatch {
    /// A batch whose summaries were folded from some requests.
    static func folded(
        _ requests: [Request],
        id: String = "msgbatch_1",
        created: String = "2026-11-02T10:00:00Z",
        ended: String? = "2026-11-02T11:30:00Z",
        workspace: String? = nil
    ) -> SummarizedBatch {
        let batch = MessageBatch.ended(id, created: created, ended: ended)
        var summaries = SummarySet(SummaryRegistry.kinds)
        summaries.fold(DecodedBlock(requests).priced(of: batch), of: batch)
        return SummarizedBatch(batch, workspace: workspace, summaries: summaries)
    }
}

extension Table {
    /// The values of a column by its key.
    func column(_ key: String) -> [Cell] {
        guard let index = columns.firstIndex(where: { $0.key == key }) else { return [] }
        return rows.map { $0[index] }
    }

    /// The amounts in a column.
    func amounts(_ key: String) -> [Money] {
        column(key)
            .compactMap { value in
                if case .money(let amount) = value { amount } else { nil }
            }
    }

    /// The total of a column.
    func total(_ key: String) -> Cell? {
        columns.firstIndex { $0.key == key }.flatMap { totals?[$0] }
    }
}

extension ErrorSummary {
    /// All errored requests together.
    var total: ErrorTally {
        fingerprints.rows.reduce(into: fingerprints.other) { $0.merge($1.value) }
    }
}
