import GRDB
import MessageBatches

extension CatalogBatch {
    static let columns = [
        "id", "created_at", "status", "counts", "ended_at", "expires_at", "removed_at", "last_seen_at",
        "was_available", "state", "attempts", "last_error", "next_try_at", "request_ids", "finalized_at",
        "loss_reported_at",
    ]

    /// The statement that inserts a row or replaces the row with the same ID.
    static let insertion =
        "INSERT OR REPLACE INTO batches (\(columns.joined(separator: ", "))) "
        + "VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))"

    /// The values, in the order of ``columns``.
    func values() throws -> StatementArguments {
        var counts = counts.byType
        counts["processing"] = self.counts.processing
        let service: [(any DatabaseValueConvertible)?] = [
            id.withoutNull, createdAt.text, status.name.withoutNull, try ColumnJSON.text(counts), endedAt?.text,
            expiresAt?.text, removedAt?.text, lastSeenAt?.text,
        ]
        let local: [(any DatabaseValueConvertible)?] = [
            wasAvailable, state.rawValue, attempts, lastError?.withoutNull, nextTryAt?.text,
            try ColumnJSON.text(requestIDs),
            finalizedAt?.text, lossReportedAt?.text,
        ]
        return StatementArguments(service + local)
    }

    init(_ reader: RowReader) throws(RowReader.InvalidColumn) {
        guard let state = LocalState(rawValue: try reader.text("state")) else {
            throw RowReader.InvalidColumn(column: "state")
        }
        var counts = try reader.counts("counts")
        let processing = counts.removeValue(forKey: "processing") ?? 0
        self.init(
            id: try reader.text("id"),
            createdAt: try reader.time("created_at"),
            status: ProcessingStatus(try reader.text("status")),
            counts: RequestCounts(processing: processing, byType: counts),
            state: state
        )
        endedAt = try reader.optionalTime("ended_at")
        expiresAt = try reader.optionalTime("expires_at")
        removedAt = try reader.optionalTime("removed_at")
        lastSeenAt = try reader.optionalTime("last_seen_at")
        wasAvailable = try reader.number("was_available") != 0
        attempts = try reader.count("attempts")
        lastError = try reader.optionalText("last_error")
        nextTryAt = try reader.optionalTime("next_try_at")
        requestIDs = try reader.json("request_ids", as: [String].self)
        finalizedAt = try reader.optionalTime("finalized_at")
        lossReportedAt = try reader.optionalTime("loss_reported_at")
    }
}
