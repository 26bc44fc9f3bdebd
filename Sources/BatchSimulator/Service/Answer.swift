/// What an endpoint answers, before it becomes bytes: faults change it here.
enum Answer: Sendable {
    case page(BatchPage)
    /// One batch object.
    case batch(id: String, json: [UInt8])
    case results(batchID: String, ReplyBody)
    case deleted(id: String)
    case error(APIError)
    /// Anything at all, from a fault.
    case raw(status: Int, headers: [HeaderField], body: [UInt8])
}

/// One page of the list: `data`, `has_more`, `first_id` and `last_id`.
struct BatchPage: Sendable {
    var batches: [(id: String, json: [UInt8])]
    /// Whether there is more in the direction that was paged.
    var hasMore: Bool
    /// Changes to the page object, made after it is put together.
    var edits: [JSONEdit] = []

    /// The page object.
    var json: [UInt8] {
        var json = Array(#"{"data":["#.utf8)
        for (index, batch) in batches.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json += batch.json
        }
        json += Array("],\"has_more\":\(hasMore),\"first_id\":\(Self.quoted(batches.first?.id)),".utf8)
        json += Array("\"last_id\":\(Self.quoted(batches.last?.id))}".utf8)
        return edits.reduce(json) { $1.applied(to: $0) }
    }

    private static func quoted(_ id: String?) -> String {
        id.map { "\"\($0)\"" } ?? "null"
    }
}
