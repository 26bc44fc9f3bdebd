package import BatchPipeline
package import JSONLines
package import MessageBatches

/// Succeeded requests by model, with usable answers, tool calls and text sizes.
///
/// Tokens by model are in ``TokenSummary``.
package struct ModelSummary: Summary {
    package static let name = "models"

    /// Succeeded requests by the model that answered.
    package private(set) var models = BoundedTable<Label, ModelTally>(capacity: 256)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        var tallies = SliceTallies<ModelTally>()
        for record in block.records where record.type == .succeeded {
            tallies.update(record.model, in: block.block.bytes) { tally in
                tally.succeeded += 1
                tally.usable += record.isUsable ? 1 : 0
                tally.withToolUse += record.toolUses > 0 ? 1 : 0
                tally.textBytes = tally.textBytes.addingClamped(record.textBytes)
            }
        }
        tallies.add(toModels: &models, of: block)
    }

    package mutating func merge(_ other: ModelSummary) {
        models.merge(other.models)
    }
}

/// Succeeded requests of one model.
package struct ModelTally: Sendable, Equatable {
    package var succeeded = 0
    /// Of these, usable requests, as defined by ``Usability``.
    package var usable = 0
    /// Of these, requests with a tool call.
    package var withToolUse = 0
    /// The total size of the texts in bytes.
    package var textBytes = 0

    package init() {}
}

extension ModelTally: StoredValue {
    package mutating func merge(_ other: ModelTally) {
        succeeded = succeeded.addingClamped(other.succeeded)
        usable = usable.addingClamped(other.usable)
        withToolUse = withToolUse.addingClamped(other.withToolUse)
        textBytes = textBytes.addingClamped(other.textBytes)
    }

    var weight: Int { succeeded }
    var numbers: [Int] { [succeeded, usable, textBytes, withToolUse] }

    init(_ row: StoredRow, from place: Int) {
        succeeded = row[place]
        usable = row[place + 1]
        textBytes = row[place + 2]
        withToolUse = row[place + 3]
    }
}

extension ModelSummary {
    private static let keys = JSONKeyTable(["models"])

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { _, json throws(JSONSyntaxError) in
            models = try BoundedTable(from: &json, capacity: models.capacity)
        }
    }

    package var node: JSONNode {
        .sorted([("models", models.node(budget: 1_200))])
    }
}
