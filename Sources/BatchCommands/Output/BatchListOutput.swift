import MessageBatches
import Tables

/// Writes listed batches.
///
/// JSON objects are written as they arrive, tables at the end.
struct BatchListOutput {
    private let format: TableFormat
    private let context: CommandContext
    private var table = Table(columns: Self.columns)
    private var count = 0

    init(format: TableFormat, context: CommandContext) {
        self.format = format
        self.context = context
    }

    mutating func add(_ batches: [MessageBatch]) throws {
        for batch in batches {
            switch format {
            case .ndjson: try context.writeJSON(batch.json + [0x0A])
            case .json: try context.writeJSON(Array((count == 0 ? "[" : ",\n").utf8) + batch.json)
            case .table, .csv, .tsv, .markdown: table.rows.append(Self.row(of: batch))
            }
            count += 1
        }
    }

    func finish() throws {
        switch format {
        case .ndjson: break
        case .json: try context.print(count == 0 ? "[]\n" : "]\n")
        case .table, .csv, .tsv, .markdown: try context.print(table, as: format)
        }
    }

    private static let columns = [
        Column("id", "Batch", canShrink: false),
        Column("processing_status", "Status", canShrink: false),
        Column("created_at", "Created", kind: .timestamp),
        Column("ended_at", "Ended", kind: .timestamp),
        Column("requests", "Requests", kind: .integer),
        Column("succeeded", "Succeeded", kind: .integer),
        Column("errored", "Errored", kind: .integer),
        Column("canceled", "Canceled", kind: .integer),
        Column("expired", "Expired", kind: .integer),
        Column("results", "Results", canShrink: false),
    ]

    private static func row(of batch: MessageBatch) -> [Cell] {
        [
            .text(batch.id), .text(batch.status.name), .timestamp(batch.createdAt), .timestamp(batch.endedAt),
            .integer(batch.counts.total), .integer(batch.counts[.succeeded]), .integer(batch.counts[.errored]),
            .integer(batch.counts[.canceled]), .integer(batch.counts[.expired]), .text(results(of: batch)),
        ]
    }

    /// The availability of the results, as far as the batch object shows it.
    private static func results(of batch: MessageBatch) -> String {
        if batch.archivedAt != nil { return "withdrawn" }
        guard batch.status == .ended else { return "not yet" }
        return batch.resultsURL == nil ? "none" : "until \(batch.retentionEnds.day.text)"
    }
}
