import JSONLines
import MessageBatches

/// `message.usage`: the counts of every ``UsageField``, found by its path.
///
/// It grew over the years: numbers, strings, objects and nulls mix, and every key is optional.
struct UsageFields {
    /// More than any request can hold; sums over a whole archive still fit 64 bits.
    static let tokenLimit: Int64 = 1_000_000_000_000

    var serviceTier: JSONToken?
    var inferenceGeo: JSONToken?
    private var counts = TokenUsage()
    /// All cache writes, not split by lifetime.
    private var cacheCreation: Int64 = 0
    /// One bit for each field whose last value was neither null nor what it should be, a whole number within the limit.
    private var unreadable: UInt64 = 0

    /// The counts by field.
    ///
    /// Cache writes not split by lifetime are five-minute ones, the default lifetime.
    var tokens: TokenUsage {
        var tokens = counts
        tokens.cacheCreation5m = max(counts.cacheCreation5m, cacheCreation - counts.cacheCreation1h)
        return tokens
    }

    var isReadable: Bool { unreadable == 0 }

    mutating func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        if try cursor.takeNull() { return }
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

    /// A bit that no field has.
    private static let cacheCreationBit = 63

    private mutating func count(_ cursor: inout JSONCursor, bit: Int) throws(JSONSyntaxError) -> Int64 {
        unreadable &= ~(1 << bit)
        if try cursor.takeNull() { return 0 }
        guard let value = try cursor.wholeNumber(upTo: Self.tokenLimit) else {
            unreadable |= 1 << bit
            return 0
        }
        return value
    }

    /// Reads the counts of a nested object; null is zero.
    private mutating func read(_ group: Group, _ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        for field in group.fields {
            counts[field] = 0
            unreadable &= ~(1 << field.rawValue)
        }
        if try cursor.takeNull() { return }
        guard try cursor.kind() == .object else {
            unreadable |= 1 << group.fields[0].rawValue
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

// MARK: - Where the fields are

extension UsageFields {
    /// What is done with the value of a key of `usage`.
    private enum Target {
        case field(UsageField)
        /// A position in ``groups``.
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

    /// The keys in the order in which the service writes them; those of fields that are not among them come last.
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

    /// By the position of the key.
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
