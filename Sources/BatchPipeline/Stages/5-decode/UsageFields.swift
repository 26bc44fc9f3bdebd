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

    /// The entries of `iterations`, and their type and model if these are counts of an entry.
    private var iterations: [UsageFields] = []
    private var kind: BilledEntry.Kind = .other
    private var model: JSONToken?

    /// The counts by field.
    ///
    /// Cache writes without a lifetime count as five-minute writes, the default lifetime.
    private var tokens: TokenUsage {
        var tokens = counts
        let otherLifetimes = counts.cacheCreation - counts.cacheCreation5m
        tokens.cacheCreation5m = max(counts.cacheCreation5m, cacheCreation - otherLifetimes)
        return tokens
    }

    private var isReadable: Bool { unreadable == 0 && iterations.allSatisfy { $0.unreadable == 0 } }

    mutating func read(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        try read(&cursor, isEntry: false)
    }

    private mutating func read(_ cursor: inout JSONCursor, isEntry: Bool) throws(JSONSyntaxError) {
        unreadable = Self.requiredBits
        guard try cursor.enterObject() else {
            unreadable = .max
            return
        }
        var place = -1
        while try cursor.nextKey(in: Self.keys, &place) {
            switch place < 0 ? .unknown : Self.targets[place] {
            case .field(let field):
                counts[field] = try count(&cursor, bit: field.rawValue, isRequired: field.isAlwaysPriced)
            case .group(let index): try read(Self.groups[index], &cursor)
            case .cacheCreation: cacheCreation = try count(&cursor, bit: Self.cacheCreationBit)
            case .serviceTier: serviceTier = try cursor.string()
            case .inferenceGeo: inferenceGeo = try cursor.string()
            case .iterations where !isEntry: try readIterations(&cursor)
            case .type where isEntry: kind = Self.kind(of: try cursor.string(), in: cursor)
            case .model where isEntry: model = try cursor.string()
            case .iterations, .type, .model, .unknown: try cursor.skipValue()
            }
        }
    }

    /// The fields that every usage has; their bits are set until a value is read.
    private static let requiredBits = UsageField.allCases.filter(\.isAlwaysPriced)
        .reduce(UInt64(0)) { $0 | 1 << UInt64($1.rawValue) }

    /// Bits that no field uses.
    private static let (cacheCreationBit, iterationsBit) = (63, 62)

    private mutating func readIterations(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        iterations = []
        setUnreadable(false, bit: Self.iterationsBit)
        if try cursor.consumeNull() { return }
        guard try cursor.enterArray() else {
            setUnreadable(true, bit: Self.iterationsBit)
            return
        }
        while try cursor.nextElement() {
            var entry = UsageFields()
            try entry.read(&cursor, isEntry: true)
            iterations.append(entry)
        }
    }

    private static let kinds = BilledEntry.Kind.allCases.filter { $0 != .other }
    private static let kindNames = JSONKeyTable(kinds.map(\.rawValue))

    private static func kind(of type: JSONToken?, in cursor: borrowing JSONCursor) -> BilledEntry.Kind {
        type.flatMap { cursor.index(of: $0, in: kindNames) }.map { kinds[$0] } ?? .other
    }

    private mutating func setUnreadable(_ isUnreadable: Bool, bit: Int) {
        let mask: UInt64 = 1 &<< UInt64(truncatingIfNeeded: bit)
        unreadable = isUnreadable ? unreadable | mask : unreadable & ~mask
    }

    /// Reads a count; null counts as zero unless the field is required.
    private mutating func count(
        _ cursor: inout JSONCursor,
        bit: Int,
        isRequired: Bool = false
    ) throws(JSONSyntaxError) -> Int64 {
        if try cursor.consumeNull() {
            setUnreadable(isRequired, bit: bit)
            return 0
        }
        let value = try cursor.wholeNumber(upTo: Self.tokenLimit)
        setUnreadable(value == nil, bit: bit)
        return value ?? 0
    }

    /// Reads the counts of a nested object; null counts as zero.
    private mutating func read(_ group: Group, _ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        for field in group.fields {
            counts[field] = 0
            setUnreadable(false, bit: field.rawValue)
        }
        if try cursor.consumeNull() { return }
        guard try cursor.enterObject() else {
            setUnreadable(true, bit: group.fields[0].rawValue)
            return
        }
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

// MARK: - What is billed

extension UsageFields {
    /// The billed counts of a request.
    struct Billed {
        var usage = TokenUsage()
        var entries: [BilledEntry] = []
        var iterations = 0
        var isUnusual = false
        var isReadable = true
    }

    /// Returns what is billed of the usage of a succeeded request.
    ///
    /// If the entries of type `message` add up to the top-level counts, every entry is billed by itself. Otherwise the
    /// top-level counts are billed, and with them all entries of other types. Declined attempts are not billed. Counts
    /// without a price per token, such as web searches, exist only at the top level. Source: API reference, billing.
    var billed: Billed {
        var billed = Billed(iterations: iterations.count, isReadable: isReadable)
        guard billed.isReadable else { return billed }
        let top = tokens
        guard !iterations.isEmpty else {
            billed.usage = top
            return billed
        }
        let messages = iterations.filter { $0.kind == .message }
        let sum = messages.reduce(into: TokenUsage()) { $0.addClamped($1.tokens) }
        let addsUp = !messages.isEmpty && UsageField.priced.allSatisfy { sum[$0] == top[$0] }
        billed.isUnusual = !addsUp || iterations.contains { $0.kind == .other }
        if !addsUp { billed.entries = [BilledEntry(kind: .message, usage: top)] }
        for entry in iterations where entry.kind != .fallback && (addsUp || entry.kind != .message) {
            let tokens = entry.tokens
            var usage = TokenUsage()
            for field in UsageField.priced { usage[field] = tokens[field] }
            billed.entries.append(
                BilledEntry(kind: entry.kind, model: entry.model.map { TextSlice($0) }, usage: usage)
            )
        }
        let main = billed.entries.firstIndex { $0.kind == .message } ?? 0
        for field in UsageField.allCases where !UsageField.priced.contains(field) {
            billed.entries[main].usage[field] = top[field]
        }
        for entry in billed.entries { billed.usage.addClamped(entry.usage) }
        // A single iteration is the request itself.
        if billed.entries.count == 1, billed.entries[0].model == nil { billed.entries = [] }
        return billed
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
        case iterations
        /// The type and the model of an entry of `iterations`.
        case type
        case model
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
            "output_tokens", "server_tool_use", "service_tier", "inference_geo", "output_tokens_details", "iterations",
            "type", "model",
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
        case "iterations": return .iterations
        case "type": return .type
        case "model": return .model
        default:
            if let field = UsageField.allCases.first(where: { $0.path == [name] }) { return .field(field) }
            return groups.firstIndex { $0.name == name }.map { .group($0) } ?? .unknown
        }
    }
}
