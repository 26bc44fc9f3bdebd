import BatchCatalog
import JSONLines
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

    /// Whether no batch was added.
    var isEmpty: Bool { count == 0 }

    init(format: TableFormat, context: CommandContext) {
        self.format = format
        self.context = context
    }

    mutating func add(_ batches: [MessageBatch]) throws {
        for batch in batches {
            switch format {
            case .ndjson: try context.writeJSON(batch.json + [0x0A])
            case .json: try context.writeJSON(JSONArrayFrame.start(isFirst: count == 0) + Self.object(batch))
            case .table, .csv, .tsv, .markdown: table.rows.append(row(of: batch))
            }
            count += 1
        }
    }

    func finish() throws {
        switch format {
        case .ndjson: break
        case .json: try context.print(JSONArrayFrame.end(isEmpty: count == 0))
        case .table, .csv, .tsv, .markdown: try context.print(table, as: format)
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
        [
            .text(batch.id), .text(batch.status.name), .timestamp(batch.createdAt), .timestamp(batch.endedAt),
            .integer(batch.counts.total), .integer(batch.counts[.succeeded]), .integer(batch.counts[.errored]),
            .integer(batch.counts[.canceled]), .integer(batch.counts[.expired]), .text(Self.state(of: batch)),
            .timestamp(Self.resultsUntil(of: batch)), daysLeft(of: batch),
        ]
    }

    /// The batch object as received, with the members `state` and `results_until` added.
    private static func object(_ batch: MessageBatch) -> [UInt8] {
        let until = resultsUntil(of: batch).map { "\"\($0.text)\"" } ?? "null"
        let members = ",\"state\":\"\(state(of: batch))\",\"results_until\":\(until)}"
        guard let end = batch.json.lastIndex(of: UInt8(ascii: "}")) else { return batch.json }
        return batch.json[..<end] + Array(members.utf8)
    }

    /// The state of the results, as far as the batch object shows it.
    private static func state(of batch: MessageBatch) -> String {
        if batch.archivedAt != nil { return LocalState.removed.rawValue }
        guard batch.status == .ended else { return LocalState.pending.rawValue }
        return batch.resultsURL == nil ? LocalState.unavailable.rawValue : "available"
    }

    /// When the API removes the results; nil if it has removed them or offers none.
    private static func resultsUntil(of batch: MessageBatch) -> Timestamp? {
        let isOffered = batch.archivedAt == nil && (batch.status != .ended || batch.resultsURL != nil)
        return isOffered ? batch.retentionEnds : nil
    }

    /// The days until the API removes the results, in a table for people a word if there are none.
    private func daysLeft(of batch: MessageBatch) -> Cell {
        guard let end = Self.resultsUntil(of: batch) else {
            return format == .table ? .text(Self.state(of: batch)) : .missing
        }
        let days = end.tenthsOfDays(since: context.now())
        return format == .table && days < 0 ? .text("over") : .decimal(days)
    }
}
