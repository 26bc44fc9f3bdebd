/// The port to the rows of one source, for many tasks at once.
package protocol JoinSource: Sendable {
    /// The columns the source gives beside its key, for flat rows; in the source's order.
    var columns: [String] { get }

    /// Whether rows belong to a batch by a column of their own.
    var hasBatch: Bool { get }

    /// The first row with a key, or nil.
    func partner(of key: JoinKey) throws -> JoinPartner?
}

/// A row of a source that belongs to a result.
package struct JoinPartner: Sendable {
    /// The row's number in the index of its source, from 0: what is marked as matched.
    package var position: Int
    /// What the row says.
    package var content: JoinContent

    package init(position: Int, content: JoinContent) {
        self.position = position
        self.content = content
    }
}

/// What a row of a source says.
package enum JoinContent: Sendable, Hashable {
    /// An object, byte for byte.
    case json([UInt8])
    /// The decoded text of each cell, in the order of the source's columns.
    case cells([[UInt8]])
}

/// The port to an index of a source's rows by the hash of their keys.
package protocol JoinIndex: Sendable {
    /// Rows in the index, which have the positions from 0 on.
    var count: Int { get }

    /// The rows with a hash: none, one, or a few that only share it.
    func rows(withHash hash: UInt64) throws -> [JoinIndexEntry]
}

/// A row as an index knows it.
package struct JoinIndexEntry: Sendable, Hashable {
    package var position: Int
    package var place: JoinPlace

    package init(position: Int, place: JoinPlace) {
        self.position = position
        self.place = place
    }
}

/// Where a row stands in its source.
package struct JoinPlace: Sendable, Hashable {
    /// Bytes from the start of the source's content.
    package var offset: Int
    /// Enough bytes to hold the row; long rows are given with up to 4 KiB more.
    package var length: Int

    package init(offset: Int, length: Int) {
        self.offset = offset
        self.length = length
    }
}
