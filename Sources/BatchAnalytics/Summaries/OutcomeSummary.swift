package import BatchPipeline
package import JSONLines
package import MessageBatches

/// The number of requests by result type.
package struct OutcomeSummary: Summary {
    package static let name = "outcomes"

    /// Requests by documented type, in the order of ``ResultType/known``.
    private var known = noRequests
    /// Requests of undocumented types, by name.
    package private(set) var unknown = BoundedTable<Label, Tally>(capacity: 64)

    /// One shared array for all empty summaries, because every row of a roll-up has a summary.
    private static let noRequests = [Int](repeating: 0, count: ResultType.known.count)

    package init() {}

    package mutating func fold(_ block: DecodedBlock, of batch: MessageBatch) {
        for record in block.records { count(record.type) }
    }

    /// Counts a request.
    mutating func count(_ type: ResultType) {
        switch type {
        case .succeeded: known[0] += 1
        case .errored: known[1] += 1
        case .canceled: known[2] += 1
        case .expired: known[3] += 1
        case .other(let name): unknown.add(Tally(count: 1), to: Label(name))
        }
    }

    package mutating func merge(_ other: OutcomeSummary) {
        for index in known.indices { known[index] = known[index].addingClamped(other.known[index]) }
        unknown.merge(other.unknown)
    }

    /// The requests of a type.
    ///
    /// The count of an unknown type without a row of its own is not known and is 0 here.
    package subscript(_ type: ResultType) -> Int {
        if let index = ResultType.known.firstIndex(of: type) { return known[index] }
        return unknown[Label(type.name)]?.count ?? 0
    }

    /// Requests of all undocumented types.
    package var unknownRequests: Int {
        unknown.rows.reduce(unknown.other.count) { $0.addingClamped($1.value.count) }
    }

    /// All requests with a result.
    package var requests: Int {
        known.reduce(unknownRequests) { $0.addingClamped($1) }
    }
}

extension OutcomeSummary {
    private static let knownNames = ["succeeded", "errored", "canceled", "expired"]
    private static let unknownName = "other_types"

    private static let keys = JSONKeyTable(knownNames + [unknownName])

    package init(from json: inout JSONCursor) throws(JSONSyntaxError) {
        try json.requiredMembers(Self.keys) { key, json throws(JSONSyntaxError) in
            if known.indices.contains(key) {
                known[key] = try json.requiredNumber()
            } else {
                unknown = try BoundedTable(from: &json, capacity: unknown.capacity)
            }
        }
    }

    package var node: JSONNode {
        let counts: [(String, JSONNode?)] = zip(Self.knownNames, known).map { ($0, $1 > 0 ? .number($1) : nil) }
        return .sorted(counts + [(Self.unknownName, unknown.node(budget: 400))])
    }
}
