import JSONLines
package import MessageBatches

/// One decoded page of the listing (API reference, "List Message Batches").
package struct BatchPage: Sendable {
    package var batches: [MessageBatch]
    /// The elements of the page that are not valid batch objects.
    package var malformed: [MalformedBatch] = []
    /// Whether more batches follow in the direction of paging.
    ///
    /// Nil if a server omits it; then the listing continues until a page is empty.
    package var hasMore: Bool?
    /// The cursor for `before_id`.
    package var firstID: String?
    /// The cursor for `after_id`.
    package var lastID: String?

    package init(batches: [MessageBatch], hasMore: Bool?, firstID: String?, lastID: String?) {
        self.batches = batches
        self.hasMore = hasMore
        self.firstID = firstID
        self.lastID = lastID
    }
}

extension BatchPage {
    /// The maximum number of elements of a page; the API returns up to 1,000.
    static let maxElements = 10_000
    /// The maximum length of an ID or a cursor in bytes.
    static let maxIDLength = 1_024
}

/// A reply that is not a valid page or batch object.
package struct MalformedBatch: Error, Sendable, Hashable {
    /// What is wrong, as a clause without data of the reply.
    package let reason: String
    /// The ID of the batch, if it could be read.
    package let id: String?
    /// When the batch was created, if that could be read.
    package let createdAt: Timestamp?
    /// Whether the batch object says that the API has removed the results.
    package let isRemoved: Bool

    package init(reason: String, id: String? = nil, createdAt: Timestamp? = nil, isRemoved: Bool = false) {
        self.reason = reason
        self.id = id
        self.createdAt = createdAt
        self.isRemoved = isRemoved
    }

    /// A batch object that contains the key.
    static func echo(id: String?, createdAt: Timestamp? = nil, isRemoved: Bool = false) -> MalformedBatch {
        MalformedBatch(
            reason: "the batch object contains the API key",
            id: id,
            createdAt: createdAt,
            isRemoved: isRemoved
        )
    }

    /// A batch with the ID and the time of creation, to look for it in an archive; nil if they could not be read.
    var identified: MessageBatch? {
        guard let id, let createdAt else { return nil }
        return MessageBatch(id: id, status: .ended, counts: RequestCounts(), createdAt: createdAt, json: [])
    }

    /// Returns whether the API has removed the results, so that no later run can download them.
    ///
    /// Only the server's clock decides the age of a batch.
    package func isRemoved(asOf serverDate: Timestamp?) -> Bool {
        guard !isRemoved, let serverDate, let createdAt else { return isRemoved }
        return serverDate > createdAt.adding(seconds: Int64(MessageBatch.retentionDays) * 86_400)
    }
}

extension BatchPage {
    private enum Key: String, CaseIterable {
        case data
        case hasMore = "has_more"
        case firstID = "first_id"
        case lastID = "last_id"
    }

    private static let keys = JSONKeys<Key>()

    /// Decodes a page.
    ///
    /// The batch objects are copied from its bytes, never encoded again. An element that is not a valid batch object is
    /// in ``malformed`` and does not affect the others.
    package init(json: [UInt8]) throws(MalformedBatch) {
        self.init(batches: [], hasMore: nil, firstID: nil, lastID: nil)
        var ranges: [Range<Int>]?
        do throws(JSONSyntaxError) {
            ranges = try JSONCursor.read(json) { cursor throws(JSONSyntaxError) in try read(&cursor) }
        } catch {
            throw MalformedBatch(reason: "the page cannot be read: \(error.reason.rawValue) at byte \(error.offset)")
        }
        guard let ranges else { throw MalformedBatch(reason: "the page has no list under \"data\"") }
        guard ranges.count <= Self.maxElements else {
            throw MalformedBatch(reason: "the page has more than \(Self.maxElements) elements")
        }
        var ids: [String?] = []
        for range in ranges {
            do throws(MalformedBatch) {
                batches.append(try MessageBatch(json: Array(json[range])))
                ids.append(batches.last?.id)
            } catch {
                malformed.append(error)
                ids.append(error.id)
            }
        }
        // If a server omits the cursors, use the IDs of the first and last batch.
        firstID = firstID ?? ids.first ?? nil
        lastID = lastID ?? ids.last ?? nil
        guard [firstID, lastID].allSatisfy({ $0?.utf8.count ?? 0 <= Self.maxIDLength }) else {
            throw MalformedBatch(reason: "the page has a cursor of more than \(Self.maxIDLength) bytes")
        }
    }

    private mutating func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> [Range<Int>]? {
        var ranges: [Range<Int>]?
        try cursor.beginObject()
        var place = -1
        while let key = try cursor.nextKey(in: Self.keys, &place) {
            switch key {
            case .data: ranges = try elements(&cursor)
            case .hasMore: hasMore = try cursor.optionalBoolean()
            case .firstID: firstID = try cursor.string().map { cursor.text($0) }
            case .lastID: lastID = try cursor.string().map { cursor.text($0) }
            }
        }
        try cursor.expectEnd()
        return ranges
    }

    /// Returns the ranges of an array's elements; nil if the value is not an array.
    private func elements(_ cursor: inout JSONCursor) throws(JSONSyntaxError) -> [Range<Int>]? {
        guard try cursor.kind() == .array else {
            try cursor.skipValue()
            return nil
        }
        var ranges: [Range<Int>] = []
        try cursor.beginArray()
        while try cursor.nextElement() {
            let range = try cursor.skipValue()
            // One more than allowed shows that there are too many.
            if ranges.count <= Self.maxElements { ranges.append(range) }
        }
        return ranges
    }
}
