/// What an operation answers, before it becomes bytes: faults change it here.
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

/// What of the list is asked for.
struct PageQuery: Sendable, Hashable {
    /// Where the page starts or ends.
    enum Cursor: Sendable, Hashable {
        case newest
        /// Right behind this batch, towards older ones.
        case after(String)
        /// Right before this batch, towards newer ones.
        case before(String)
    }

    var cursor: Cursor
    var limit: Int

    static let defaultLimit = 20
    static let limits = 1...1_000

    /// Reads the three documented keys; every other key is ignored.
    init(_ request: SimulatedRequest) throws(APIError) {
        let after = request.queryValue("after_id")
        let before = request.queryValue("before_id")
        switch (after, before) {
        case (nil, nil): cursor = .newest
        case (let id?, nil): cursor = .after(id)
        case (nil, let id?): cursor = .before(id)
        case (_?, _?): throw .invalidRequest("Only one of `before_id` and `after_id` can be specified.")
        }
        guard let text = request.queryValue("limit") else {
            limit = Self.defaultLimit
            return
        }
        guard let number = Int(text) else {
            throw .invalidRequest("limit: Input should be a valid integer, unable to parse string as an integer")
        }
        guard number >= Self.limits.lowerBound else {
            throw .invalidRequest("limit: Input should be greater than or equal to \(Self.limits.lowerBound)")
        }
        guard number <= Self.limits.upperBound else {
            throw .invalidRequest("limit: Input should be less than or equal to \(Self.limits.upperBound)")
        }
        limit = number
    }
}
