import JSONLines
import MessageBatches

/// The counts of every `UsageField` in `message.usage`, found by their paths.
///
/// The object mixes numbers, strings, objects and nulls, and every key is optional.
struct UsageFields {
    /// The largest accepted count.
    ///
    /// No request can have more tokens, and sums over a whole archive still fit into 64 bits.
    static let tokenLimit: Int64 = 1_000_000_000_000

    var serviceTier: JSONToken?
    var inferenceGeo: JSONToken?
    private var counts = TokenUsage()
    /// All cache writes, of every lifetime.
    private var cacheCreation: Int64 = 0
    /// One bit per field, set if its last value was neither null nor a whole number up to the limit.
    private var unreadable: UInt64 = 0

    /// The counts by field.
    ///
    /// Cache writes without a lifetime count as five-minute writes, the default lifetime.
    var tokens: TokenUsage {
        var tokens = counts
        let otherLifetimes = counts.cacheCreation - counts.cacheCreation5m
        tokens.cacheCreation5m = max(counts.cacheCreation5m, cacheCreation - otherLifetimes)
        return tokens
    }

    var isReadable: Bool { unreadable == 0 }

    mutating func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        if try cursor.consumeNull() { return }
        guard try cursor.kind() == .object else {
            unreadable = .max
            try cursor.skipValue()
            return
        }
        try cursor.beginObject()
        var place = -1
        while try cursor.nextKey(in: Self.keys, &place) {
            switch place < 0 ? .unknown : Self.targets[place] {
            case .field(let field): counts[field] = try count(&cursor, bit: field.rawValue)
            case .group(let index): try read(Self.groups[index], &cursor)
            case .cacheCreation: cacheCreation = try count(&cursor, bit: Self.cacheCreationBit)
            case .serviceTier: serviceTier = try cursor.string()
            case .inferenceGeo: inferenceGeo = try cursor.string()
            case .unknown: try cursor.skipValue()
            }
        }
    }

    /// A bit that no field uses.
    private static let cacheCreationBit = 63

    private mutating func count(_ cursor: inout JSONCursor, bit: Int) throws(JSONSyntaxError) -> Int64 {
        unreadable &= ~(1 &<< UInt64(truncatingIfNeeded: bit))
        if try cursor.consumeNull() { return 0 }
        guard let value = try cursor.wholeNumber(upTo: Self.tokenLimit) else {
            unreadable |= 1 &<< UInt64(truncatingIfNeeded: bit)
            return 0
        }
        return value
    }

    /// Reads the counts of a nested object; null counts as zero.
    private mutating func read(_ group: Group, _ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        for field in group.fields {
            counts[field] = 0
            unreadable &= ~(1 &<< UInt64(truncatingIfNeeded: field.rawValue))
        }
        if try cursor.consumeNull() { return }
        guard try cursor.kind() == .object else {
            unreadable |= 1 &<< UInt64(truncatingIfNeeded: group.fields[0].rawValue)
            try cursor.skipValue()
            return
        }
        try cursor.beginObject()
        var place = -1
        while try cursor.nextKey(in: group.keys, &place) {
            if place < 0 {
                try cursor.skipValue()
            } else {
                counts[group.fields[place]] = try count(&cursor, bit: group.fields[place].rawValue)
            }
        }
    }
}

// MARK: - Paths of the fields

extension UsageFields {
    /// The action for the value of a key of `usage`.
    private enum Target {
        case field(UsageField)
        /// An index into ``groups``.
        case group(Int)
        case cacheCreation
        case serviceTier
        case inferenceGeo
        case unknown
    }

    /// A nested object with counts.
    ///
    /// A class, because one reference is cheaper to pass per line than the arrays.
    private final class Group: Sendable {
        let name: String
        let fields: [UsageField]
        let keys: JSONKeyTable

        init(name: String) {
            self.name = name
            fields = UsageField.allCases.filter { $0.path.count > 1 && $0.path[0] == name }
            keys = JSONKeyTable(fields.map { $0.path[1] })
        }
    }

    /// The keys in the order in which the API writes them, followed by keys of other fields.
    private static let names: [String] = {
        let known = [
            "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation",
            "output_tokens", "server_tool_use", "service_tier", "inference_geo", "output_tokens_details",
        ]
        return UsageField.allCases.reduce(into: known) { names, field in
            if !names.contains(field.path[0]) { names.append(field.path[0]) }
        }
    }()

    private static let keys = JSONKeyTable(names)

    private static let groups = names.map { Group(name: $0) }.filter { !$0.fields.isEmpty }

    /// The target of each key, in the order of ``names``.
    private static let targets: [Target] = names.map { name in
        switch name {
        case "cache_creation_input_tokens": return .cacheCreation
        case "service_tier": return .serviceTier
        case "inference_geo": return .inferenceGeo
        default:
            if let field = UsageField.allCases.first(where: { $0.path == [name] }) { return .field(field) }
            return groups.firstIndex { $0.name == name }.map { .group($0) } ?? .unknown
        }
    }
}
