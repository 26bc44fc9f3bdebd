package import BatchPipeline
package import JSONLines
package import MessageBatches

/// The errors of a batch by cause, with error classes and sample requests.
package struct ErrorSummary: Summary {
    package static let name = "errors"

    /// Errored requests by fingerprint.
    ///
    /// Errors without a row are counted under `other`, by class.
    package private(set) var fingerprints = BoundedTable<ErrorFingerprint, ErrorTally>(capacity: 512)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        var causes = ErrorCauses()
        for record in block.records where record.type == .errored { causes.count(record, of: block) }
        for (slices, tally) in causes.entries {
            var tally = tally
            tally.recordOccurrence(at: batch.createdAt)
            let type = block.text(slices.type) ?? ""
            fingerprints.add(tally, to: ErrorFingerprint(type: type, message: block.text(slices.message) ?? ""))
        }
    }

    package mutating func merge(_ other: ErrorSummary) {
        fingerprints.merge(other.fingerprints)
    }

    /// Adds the answers of a block that should be JSON and are not, as errors of the type ``JSONAnswer/errorType``.
    ///
    /// `answers` has one element per record.
    mutating func fold(_ answers: [JSONAnswer?], of block: DecodedBlock, of batch: MessageBatch) {
        for (record, answer) in zip(block.records, answers) {
            guard let fingerprint = answer?.fingerprint else { continue }
            var tally = ErrorTally()
            tally.count(JSONAnswer.errorClass(of: record, in: block))
            tally.addSample(ErrorSample(customID: Label(block.text(record.customID)), requestID: Label("")))
            tally.recordOccurrence(at: batch.createdAt)
            fingerprints.add(tally, to: fingerprint)
        }
    }

    /// The fingerprints by descending count.
    package var ranked: [BoundedTable<ErrorFingerprint, ErrorTally>.Row] {
        fingerprints.ranked(by: \.count)
    }
}

/// The errors of one block by type and message as received, so that thousands of equal messages are normalized once.
private struct ErrorCauses {
    private var types = SliceInterner()
    private var messages = SliceInterner()
    private var places = KeyInterner<NumberPair>()
    private(set) var entries: [(slices: (type: TextSlice?, message: TextSlice?), tally: ErrorTally)] = []

    mutating func count(_ record: ResultRecord, of block: DecodedBlock) {
        let bytes = block.block.bytes
        let type = types.number(of: record.errorType, in: bytes)
        let message = messages.number(of: record.errorMessage, in: bytes)
        let index = places.number(of: NumberPair(first: type, second: message))
        if index == entries.count { entries.append(((record.errorType, record.errorMessage), ErrorTally())) }
        entries[index].tally.count(record.errorClass ?? .fixInput)
        guard wantsSample(record.customID, for: entries[index].tally, in: bytes) else { return }
        let requestID = Label(block.text(record.errorRequestID) ?? "")
        let sample = ErrorSample(customID: Label(block.text(record.customID)), requestID: requestID)
        entries[index].tally.addSample(sample)
    }

    /// Whether a request may become a sample.
    ///
    /// Uses the bytes of the ID if possible, which avoids creating a label.
    private func wantsSample(_ id: TextSlice, for tally: ErrorTally, in bytes: [UInt8]) -> Bool {
        guard !id.isEscaped, id.range.count <= Label.maximumLength else { return true }
        var hash = StableHash()
        hash.combine(bytes[id.range])
        return tally.wantsSample(withHash: hash.value)
    }
}

// MARK: - Storing

extension ErrorSummary {
    /// The maximum size of the stored fingerprints in bytes of JSON; the rarer ones beyond it are stored as "other".
    private static let budget = 5_000

    private enum Key: String, CaseIterable {
        case fingerprints, other
    }

    private static let keys = JSONKeys<Key>()

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            switch key {
            case .fingerprints:
                try json.requiredElements { json throws(JSONSyntaxError) in
                    let stored = try StoredError.read(&json)
                    fingerprints.add(stored.tally, to: stored.fingerprint)
                }
            case .other: fingerprints.addToOther(try StoredError.read(&json).tally)
            }
        }
    }

    package var node: JSONNode {
        var rows: [StoredError] = []
        var rest = fingerprints.other
        var room = Self.budget
        for row in ranked {
            let stored = StoredError(type: row.key.type.text, message: row.key.message, tally: row.value)
            room -= stored.jsonLength
            if room < 0 { rest.merge(row.value) } else { rows.append(stored) }
        }
        return .sorted([
            ("fingerprints", rows.isEmpty ? nil : .array(rows.map(\.node))),
            ("other", rest.count > 0 ? StoredError(tally: rest).node : nil),
        ])
    }
}

/// A fingerprint as stored in a manifest.
///
/// Keys have one letter because they repeat.
private struct StoredError {
    /// The type and the normalized message; missing for "other".
    var type: String?
    var message: String?
    /// The counts by class, see ``ErrorTally/counts``.
    var counts: String
    var firstSeen: Timestamp?
    var lastSeen: Timestamp?
    /// Alternating custom_ids and request_ids.
    var samples: [String]

    private enum Key: String, CaseIterable {
        case type = "t"
        case message = "m"
        case counts = "n"
        case firstSeen = "f"
        case lastSeen = "l"
        case samples = "s"
    }

    private static let keys = JSONKeys<Key>()

    init(type: String? = nil, message: String? = nil, tally: ErrorTally) {
        self.type = type
        self.message = message
        counts = RowText.text(tally.counts)
        firstSeen = tally.firstSeen
        lastSeen = tally.lastSeen
        samples = tally.samples.flatMap { [$0.customID.text, $0.requestID.text] }
    }

    var node: JSONNode {
        .sorted([
            ("t", type.map { .text($0) }), ("m", message.map { .text($0) }), ("n", .text(counts)),
            ("f", firstSeen.map { .text($0.text) }), ("l", lastSeen.map { .text($0.text) }),
            ("s", .array(samples.map { .text($0) })),
        ])
    }

    /// Reads the form that ``node`` writes.
    static func read(
        _ json: inout JSONCursor
    ) throws(JSONSyntaxError) -> (fingerprint: ErrorFingerprint, tally: ErrorTally) {
        var (type, message) = ("", "")
        var (firstSeen, lastSeen): (Timestamp?, Timestamp?)
        var counts: StoredRow?
        var samples: [String]?
        try json.requiredMembers(keys) { key, json throws(JSONSyntaxError) in
            switch key {
            case .type: type = try json.requiredText()
            case .message: message = try json.requiredText()
            case .counts:
                var row = StoredRow()
                try row.read(try json.requiredString(), from: json)
                counts = row
            case .firstSeen: firstSeen = try moment(&json)
            case .lastSeen: lastSeen = try moment(&json)
            case .samples: samples = try json.requiredTexts()
            }
        }
        guard let counts, let samples, samples.count.isMultiple(of: 2) else {
            throw JSONSyntaxError(.unexpectedContent, at: json.position)
        }
        var tally = ErrorTally(
            counts: ErrorClass.allCases.indices.map { counts[$0] },
            firstSeen: firstSeen,
            lastSeen: lastSeen,
            samples: []
        )
        for index in stride(from: 0, to: samples.count, by: 2) {
            tally.addSample(ErrorSample(customID: Label(samples[index]), requestID: Label(samples[index + 1])))
        }
        return (ErrorFingerprint(type: Label(type), normalizedMessage: message), tally)
    }

    private static func moment(_ json: inout JSONCursor) throws(JSONSyntaxError) -> Timestamp {
        guard let moment = Timestamp(try json.requiredText()) else {
            throw JSONSyntaxError(.unexpectedContent, at: json.position)
        }
        return moment
    }

    /// The maximum size of the compact JSON in bytes.
    var jsonLength: Int {
        let texts = [type, message, counts, firstSeen?.text, lastSeen?.text].compactMap { $0 } + samples
        return texts.reduce(30) { $0 + $1.storedJSONLength + 2 }
    }
}
