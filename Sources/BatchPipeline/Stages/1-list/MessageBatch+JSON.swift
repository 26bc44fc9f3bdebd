import JSONLines
package import MessageBatches

extension MessageBatch {
    private static let keys = JSONKeyTable([
        "id", "processing_status", "request_counts", "created_at", "expires_at", "ended_at", "cancel_initiated_at",
        "archived_at", "results_url",
    ])

    /// Reads a batch object.
    ///
    /// A missing key is null; unknown keys stay in ``MessageBatch/json``.
    package init(json: [UInt8]) throws(MalformedBatch) {
        var fields = BatchFields()
        do throws(JSONSyntaxError) {
            try JSONCursor.read(json) { cursor throws(JSONSyntaxError) in
                try cursor.beginObject()
                while let key = try cursor.nextKey() {
                    try fields.read(cursor.index(of: key, in: Self.keys), from: &cursor)
                }
                try cursor.expectEnd()
            }
        } catch {
            throw MalformedBatch(
                reason: "a batch object cannot be read: \(error.reason.rawValue) at byte \(error.offset)"
            )
        }
        guard let id = fields.id else { throw MalformedBatch(reason: "a batch without an id") }
        guard let status = fields.status else { throw MalformedBatch(reason: "batch \(id) has no processing_status") }
        guard let counts = fields.counts else {
            throw MalformedBatch(reason: "batch \(id) has no request_counts of whole numbers")
        }
        guard let createdAt = fields.times[3].flatMap({ Timestamp($0) }) else {
            throw MalformedBatch(reason: "batch \(id) has no created_at that is an RFC 3339 date-time")
        }
        self.init(
            id: id,
            status: ProcessingStatus(status),
            counts: counts,
            createdAt: createdAt,
            expiresAt: fields.times[4].flatMap { Timestamp($0) },
            endedAt: fields.times[5].flatMap { Timestamp($0) },
            cancelInitiatedAt: fields.times[6].flatMap { Timestamp($0) },
            archivedAt: fields.times[7].flatMap { Timestamp($0) },
            resultsURL: fields.resultsURL,
            json: JSONCompaction.compacted(json)
        )
    }
}

private struct BatchFields {
    var id: String?
    var status: String?
    var counts: RequestCounts?
    /// The times as text, by the position of their key.
    var times: [Int: String] = [:]
    var resultsURL: String?

    mutating func read(_ field: Int?, from cursor: inout JSONCursor) throws(JSONSyntaxError) {
        switch field {
        case 0: id = try text(&cursor)
        case 1: status = try text(&cursor)
        case 2: counts = try requestCounts(&cursor)
        case let field? where (3...7).contains(field): times[field] = try text(&cursor)
        case 8: resultsURL = try text(&cursor)
        default: try cursor.skipValue()
        }
    }

    private func text(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> String? {
        try cursor.string().map { cursor.text($0) }
    }

    /// Nil where a count is no whole number: a proof against it would prove nothing.
    private func requestCounts(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> RequestCounts? {
        guard try cursor.kind() == .object else {
            try cursor.skipValue()
            return nil
        }
        var byType: [String: Int] = [:]
        var isComplete = true
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            let name = cursor.text(key)
            if try cursor.takeNull() { continue }
            if let count = try cursor.wholeNumber(upTo: 1_000_000_000) {
                byType[name] = Int(count)
            } else {
                isComplete = false
            }
        }
        let processing = byType.removeValue(forKey: "processing") ?? 0
        return isComplete ? RequestCounts(processing: processing, byType: byType) : nil
    }
}
