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

    init(cursor: Cursor, limit: Int) {
        self.cursor = cursor
        self.limit = limit
    }

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
