import BatchPipeline
import JSONLines
import MessageBatches

/// The smallest summary: the number of records and rejected lines, and their batches.
struct LineCount: Summary {
    static let name = "line_count"

    var records = 0
    var rejected = 0
    var blocks = 0
    var batches: Set<String> = []

    init() {}

    mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        records += block.records.count
        rejected += block.rejected.count
        blocks += 1
        batches.insert(batch.id)
    }

    mutating func merge(_ other: LineCount) {
        records += other.records
        rejected += other.rejected
        blocks += other.blocks
        batches.formUnion(other.batches)
    }
}

extension LineCount {
    private enum Key: String, CaseIterable {
        case records, rejected, blocks, batches
    }

    private static let keys = JSONKeys<Key>()

    var node: JSONNode {
        .object([
            ("records", .number(records)), ("rejected", .number(rejected)), ("blocks", .number(blocks)),
            ("batches", .array(batches.sorted().map { .text($0) })),
        ])
    }

    init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            switch key {
            case .records: records = try json.requiredNumber()
            case .rejected: rejected = try json.requiredNumber()
            case .blocks: blocks = try json.requiredNumber()
            case .batches: batches = Set(try json.requiredTexts())
            }
        }
    }
}
