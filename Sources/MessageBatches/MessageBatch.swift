/// A Message Batch as the list and retrieve endpoints return it, with its JSON text.
///
/// Field source: API reference, "List Message Batches". Only the fields that Batchkeep uses are typed. All other fields
/// are only in ``json``, which every output copies.
package struct MessageBatch: Sendable, Hashable {
    package var id: String
    package var status: ProcessingStatus
    package var counts: RequestCounts
    package var createdAt: Timestamp
    /// When unfinished requests expire: 24 hours after creation.
    package var expiresAt: Timestamp?
    /// When processing ended; nil before that.
    package var endedAt: Timestamp?
    /// When cancellation was requested; nil if it was not.
    package var cancelInitiatedAt: Timestamp?
    /// When the API removed the results; nil before that.
    package var archivedAt: Timestamp?
    /// The URL of the results; nil until processing has ended.
    ///
    /// The API sends an absolute URL. Some other servers send a relative one.
    package var resultsURL: String?
    /// The object as received, without white space outside strings.
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
    /// The number of days after creation that results can be downloaded (API documentation, batch processing).
    package static let retentionDays = 29

    /// The time after which the API removes the results.
    package var retentionEnds: Timestamp {
        createdAt.adding(seconds: Int64(Self.retentionDays) * 86_400)
    }

    /// The UTC day of creation, which names the `date=` folder and selects the price.
    package var day: CalendarDay {
        createdAt.day
    }

    /// Whether the batch ID is safe as a file name: `[A-Za-z0-9_-]{1,128}`.
    package var hasSafeID: Bool {
        Self.isSafeID(id)
    }

    /// Returns whether a batch ID is safe as a file name: `[A-Za-z0-9_-]{1,128}`.
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

/// The processing status of a batch.
///
/// A status that this version does not know is kept by name and counted.
package enum ProcessingStatus: Sendable, Hashable {
    case inProgress
    case canceling
    case ended
    case other(String)

    /// The statuses that the API documents.
    package static let known: [ProcessingStatus] = [.inProgress, .canceling, .ended]

    /// Creates a status from its name in the API.
    package init(_ name: String) {
        self = Self.known.first { $0.name == name } ?? .other(name)
    }

    /// The name of the status in the API.
    package var name: String {
        switch self {
        case .inProgress: "in_progress"
        case .canceling: "canceling"
        case .ended: "ended"
        case .other(let name): name
        }
    }
}
