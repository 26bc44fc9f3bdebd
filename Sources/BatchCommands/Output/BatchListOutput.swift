import MessageBatches
import Tables

/// Writes listed batches.
///
/// JSON objects are written as they arrive, tables at the end.
struct BatchListOutput {
    private let format: ListCommand.Format
    private let context: CommandContext
    private var table = Table(columns: Self.columns)
    private var count = 0

    init(format: ListCommand.Format, context: CommandContext) {
        self.format = format
        self.context = context
    }

    mutating func add(_ batches: [MessageBatch]) throws {
        for batch in batches {
            switch format {
            case .ndjson: try context.writeJSON(batch.json + [0x0A])
            case .json: try context.writeJSON(Array((count == 0 ? "[" : ",\n").utf8) + batch.json)
            case .table, .csv: table.rows.append(row(of: batch))
            }
            count += 1
        }
    }

    func finish() throws {
        switch format {
        case .ndjson: break
        case .json: try context.print(count == 0 ? "[]\n" : "]\n")
        case .csv: try context.print(table, as: .csv)
        case .table: try context.print(table, as: .table)
        }
    }

    private static let columns = [
        Column("id", "Batch", weight: .important, isID: true),
        Column("processing_status", "Status", canShrink: false, weight: .important),
        Column("created_at", "Created (UTC)", kind: .minute, weight: .important),
        Column("ended_at", "Ended (UTC)", kind: .minute, weight: .detail),
        Column("requests", "Requests", kind: .integer),
        Column("succeeded", "Succeeded", kind: .integer, weight: .detail),
        Column("errored", "Errored", kind: .integer),
        Column("canceled", "Canceled", kind: .integer, weight: .detail),
        Column("expired", "Expired", kind: .integer, weight: .detail),
        Column("state", "Results", canShrink: false, weight: .detail),
        Column("results_until", "Results until", kind: .minute, weight: .detail),
        Column("days_left", "Days left", kind: .decimal(places: 1), weight: .important),
    ]

    private func row(of batch: MessageBatch) -> [Cell] {
        let state = Self.state(of: batch)
        return [
            .text(batch.id), .text(batch.status.name), .timestamp(batch.createdAt), .timestamp(batch.endedAt),
            .integer(batch.counts.total), .integer(batch.counts[.succeeded]), .integer(batch.counts[.errored]),
            .integer(batch.counts[.canceled]), .integer(batch.counts[.expired]), .text(state),
            state == "removed" ? .missing : .timestamp(batch.retentionEnds), daysLeft(of: batch, state),
        ]
    }

    /// The days until the API removes the results, in tables a word if there are none.
    private func daysLeft(of batch: MessageBatch, _ state: String) -> Cell {
        let days = batch.retentionEnds.seconds(since: context.now()) / 86_400
        if format == .table {
            if state == "removed" { return .text(state) }
            if days < 0 { return .text("over") }
        }
        return state == "removed" ? .missing : .decimal((days * 10).rounded(.down) / 10)
    }

    /// The availability of the results, as far as the batch object shows it.
    private static func state(of batch: MessageBatch) -> String {
        if batch.archivedAt != nil { return "removed" }
        guard batch.status == .ended else { return "pending" }
        return batch.resultsURL == nil ? "unavailable" : "available"
    }
}
