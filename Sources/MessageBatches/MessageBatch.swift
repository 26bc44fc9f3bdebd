/// A Message Batch as the list and retrieve endpoints describe it, with the bytes it was read from.
///
/// Source of the fields: the reference pages of "List Message Batches". Only what Batchkeep acts on is typed;
/// everything else stays in ``json``, which is what every output passes on.
package struct MessageBatch: Sendable, Hashable {
    package var id: String
    package var status: ProcessingStatus
    package var counts: RequestCounts
    package var createdAt: Timestamp
    /// Twenty-four hours after creation, when unfinished requests expire.
    package var expiresAt: Timestamp?
    /// Set once processing ended.
    package var endedAt: Timestamp?
    /// Set once somebody asked to cancel.
    package var cancelInitiatedAt: Timestamp?
    /// Set once the results were withdrawn.
    package var archivedAt: Timestamp?
    /// Where the results are, once processing ended; absolute on the API, relative on some servers.
    package var resultsURL: String?
    /// The object as received, white space outside strings removed.
    package var json: [UInt8]

    package init(
        id: String,
        status: ProcessingStatus,
        counts: RequestCounts,
        createdAt: Timestamp,
        expiresAt: Timestamp? = nil,
        endedAt: Timestamp? = nil,
        cancelInitiatedAt: Timestamp? = nil,
        archivedAt: Timestamp? = nil,
        resultsURL: String? = nil,
        json: [UInt8]
    ) {
        self.id = id
        self.status = status
        self.counts = counts
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.endedAt = endedAt
        self.cancelInitiatedAt = cancelInitiatedAt
        self.archivedAt = archivedAt
        self.resultsURL = resultsURL
        self.json = json
    }
}

extension MessageBatch {
    /// How long results can be downloaded, counted from creation (API documentation, batch processing).
    package static let retentionDays = 29

    /// The moment after which the results are withdrawn.
    package var retentionEnds: Timestamp {
        createdAt.adding(seconds: Int64(Self.retentionDays) * 86_400)
    }

    /// The UTC day of creation, which names the `date=` folder and chooses the price.
    package var day: CalendarDay {
        createdAt.day
    }

    /// Whether the id can be a file name as it is: `[A-Za-z0-9_-]{1,128}`.
    package var hasSafeID: Bool {
        Self.isSafeID(id)
    }

    /// Whether a batch id can be a file name as it is: `[A-Za-z0-9_-]{1,128}`.
    package static func isSafeID(_ id: String) -> Bool {
        let bytes = id.utf8
        return (1...128).contains(bytes.count)
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default:
                    false
                }
            }
    }
}
