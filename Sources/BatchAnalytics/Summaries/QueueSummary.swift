package import BatchPipeline
package import JSONLines
package import MessageBatches

/// How long batches took from creation to end.
///
/// A batch is counted with the block that holds its first line, so that it counts once however it is cut.
package struct QueueSummary: Summary {
    package static let name = "queue"

    /// Longer than this, in seconds, is close to the 24 hours after which unfinished requests expire.
    package static let longWait = 20 * 3_600

    /// Whole seconds, a batch.
    package private(set) var seconds = ValueHistogram()
    /// Batches that took longer than ``longWait``.
    package private(set) var longWaits = 0
    /// By the hour of creation, 0 to 23, UTC.
    package private(set) var hours = [QueueHour](repeating: QueueHour(), count: 24)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        guard block.block.firstLine == 1, let endedAt = batch.endedAt else { return }
        let wait = max(0, Int(endedAt.seconds(since: batch.createdAt)))
        seconds.record(wait)
        longWaits += wait > Self.longWait ? 1 : 0
        let sinceMidnight = batch.createdAt.seconds(since: batch.createdAt.day.start)
        hours[min(23, Int(sinceMidnight) / 3_600)].merge(QueueHour(batches: 1, seconds: wait))
    }

    package mutating func merge(_ other: QueueSummary) {
        seconds.merge(other.seconds)
        longWaits = longWaits.addingClamped(other.longWaits)
        for hour in hours.indices { hours[hour].merge(other.hours[hour]) }
    }

    /// The share of batches that took longer than ``longWait``; nil without batches.
    package var longWaitShare: Double? {
        seconds.count > 0 ? Double(longWaits) / Double(seconds.count) : nil
    }
}

/// The batches created in one hour of the day.
package struct QueueHour: Sendable, Equatable {
    package var batches: Int
    /// All their waits together.
    package var seconds: Int

    package init(batches: Int = 0, seconds: Int = 0) {
        self.batches = batches
        self.seconds = seconds
    }

    /// The mean wait in seconds, nil without batches.
    package var mean: Double? {
        batches > 0 ? Double(seconds) / Double(batches) : nil
    }

    mutating func merge(_ other: QueueHour) {
        batches = batches.addingClamped(other.batches)
        seconds = seconds.addingClamped(other.seconds)
    }
}

extension QueueSummary {
    private static let keys = JSONKeyTable(["seconds", "over_20h", "hours"])

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        var found: Set<Int> = []
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            found.insert(key)
            switch key {
            case 0: seconds = try ValueHistogram(from: &json)
            case 1: longWaits = try json.requiredNumber()
            default: try readHours(&json)
            }
        }
        guard found.isSuperset(of: [0, 2]) else { throw JSONSyntaxError(.unexpectedContent, at: json.position) }
    }

    private mutating func readHours(_ json: inout JSONCursor) throws(JSONSyntaxError) {
        var row = StoredRow()
        try json.requiredElements { json throws(JSONSyntaxError) in
            try row.read(try json.requiredString(), from: json)
            guard hours.indices.contains(row[0]) else { throw JSONSyntaxError(.unexpectedContent, at: json.position) }
            hours[row[0]].merge(QueueHour(batches: row[1], seconds: row[2]))
        }
    }

    package var node: JSONNode {
        let rows = hours.enumerated().filter { $0.element.batches > 0 }
        return .sorted([
            ("seconds", seconds.node),
            ("over_20h", longWaits > 0 ? .number(longWaits) : nil),
            ("hours", .array(rows.map { .text(RowText.text([$0.offset, $0.element.batches, $0.element.seconds])) })),
        ])
    }
}
