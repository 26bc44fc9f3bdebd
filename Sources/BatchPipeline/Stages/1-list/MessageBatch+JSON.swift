import JSONLines
package import MessageBatches

extension MessageBatch {
    /// Decodes a batch object.
    ///
    /// A missing key counts as null. Unknown keys are kept in ``MessageBatch/json``.
    package init(json: [UInt8]) throws(MalformedBatch) {
        var fields = BatchFields()
        do throws(JSONSyntaxError) {
            try JSONCursor.read(json) { cursor throws(JSONSyntaxError) in
                try cursor.beginObject()
                var place = -1
                while let key = try cursor.nextKey(in: BatchFields.keys, &place) {
                    try fields.read(key, from: &cursor)
                }
                try cursor.expectEnd()
            }
        } catch {
            throw MalformedBatch(
                reason: "a batch object cannot be read: \(error.reason.rawValue) at byte \(error.offset)"
            )
        }
        guard let id = fields.id, !id.isEmpty else { throw MalformedBatch(reason: "a batch without an ID") }
        guard id.utf8.count <= BatchPage.maxIDLength else {
            throw MalformedBatch(reason: "a batch with an ID of more than \(BatchPage.maxIDLength) bytes")
        }
        // The other members may still show that the batch is outside the window, or that nothing can be downloaded.
        func malformed(_ problem: String) -> MalformedBatch {
            MalformedBatch(
                reason: "batch \(id) has no \(problem)",
                id: id,
                createdAt: fields.createdAt,
                isRemoved: fields.archivedAt != nil
            )
        }
        guard let status = fields.status else { throw malformed("processing_status") }
        guard let counts = fields.counts else { throw malformed("request_counts of whole numbers") }
        guard let createdAt = fields.createdAt else { throw malformed("created_at that is an RFC 3339 date-time") }
        self.init(
            id: id,
            status: ProcessingStatus(status),
            counts: counts,
            createdAt: createdAt,
            expiresAt: fields.times[.expiresAt].flatMap { Timestamp($0) },
            endedAt: fields.times[.endedAt].flatMap { Timestamp($0) },
            cancelInitiatedAt: fields.times[.cancelInitiatedAt].flatMap { Timestamp($0) },
            archivedAt: fields.archivedAt,
            resultsURL: fields.resultsURL,
            json: JSONCompaction.compacted(json)
        )
    }
}

private struct BatchFields {
    var id: String?
    var status: String?
    var counts: RequestCounts?
    /// The times as received.
    var times: [Key: String] = [:]
    var resultsURL: String?

    enum Key: String, CaseIterable {
        case id
        case status = "processing_status"
        case counts = "request_counts"
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case endedAt = "ended_at"
        case cancelInitiatedAt = "cancel_initiated_at"
        case archivedAt = "archived_at"
        case resultsURL = "results_url"
    }

    static let keys = JSONKeys<Key>()

    var createdAt: Timestamp? { times[.createdAt].flatMap { Timestamp($0) } }

    /// When the API removed the results.
    ///
    /// Some servers write the year 1 for no time. A time long before the creation does not count.
    var archivedAt: Timestamp? {
        let creation = createdAt ?? Self.earliestCreation
        return times[.archivedAt].flatMap { Timestamp($0) }.flatMap { $0.adding(seconds: 86_400) < creation ? nil : $0 }
    }

    /// The year 2000: no batch is older.
    private static let earliestCreation = Timestamp(seconds: 946_684_800)

    mutating func read(_ key: Key, from cursor: inout JSONCursor) throws(JSONSyntaxError) {
        switch key {
        case .id: id = try cursor.optionalText()
        case .status: status = try cursor.optionalText()
        case .counts: counts = try requestCounts(&cursor)
        case .createdAt, .expiresAt, .endedAt, .cancelInitiatedAt, .archivedAt: times[key] = try cursor.optionalText()
        case .resultsURL: resultsURL = try cursor.optionalText()
        }
    }

    /// The members of `request_counts` that the API documents.
    private static let documentedCounts = Set(ResultType.known.map(\.name)).union(["processing"])

    /// Reads the counts; returns nil if a documented one is not a whole number, because no proof against it is possible.
    ///
    /// An unknown member that is not a whole number is in ``MessageBatch/json`` only.
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
            if try cursor.consumeNull() { continue }
            if let count = try cursor.wholeNumber(upTo: 1_000_000_000) {
                byType[name] = Int(count)
            } else if Self.documentedCounts.contains(name) {
                isComplete = false
            }
        }
        let processing = byType.removeValue(forKey: "processing") ?? 0
        return isComplete ? RequestCounts(processing: processing, byType: byType) : nil
    }
}
