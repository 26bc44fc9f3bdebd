import JSONLines
import MessageBatches

/// `message.usage`.
///
/// It grew over the years: numbers, strings, objects and nulls mix, and every key is optional.
struct UsageFields {
    /// More than any request can hold; sums over a whole archive still fit 64 bits.
    static let tokenLimit: Int64 = 1_000_000_000_000

    var serviceTier: JSONToken?
    var inferenceGeo: JSONToken?
    /// One bit for each field whose last value was neither null nor what it should be, a whole number within the limit.
    private var unreadable: UInt16 = 0
    private var input: Int64 = 0
    private var output: Int64 = 0
    private var cacheRead: Int64 = 0
    private var cacheCreation: Int64 = 0
    private var cacheCreation5m: Int64 = 0
    private var cacheCreation1h: Int64 = 0
    private var thinking: Int64 = 0
    private var webSearches: Int64 = 0
    private var webFetches: Int64 = 0

    /// The counts by price class.
    ///
    /// Cache writes not split by lifetime are five-minute ones, the default lifetime.
    var tokens: TokenUsage {
        var tokens = TokenUsage()
        tokens.input = input
        tokens.output = output
        tokens.cacheRead = cacheRead
        tokens.cacheCreation1h = cacheCreation1h
        tokens.cacheCreation5m = max(cacheCreation5m, cacheCreation - cacheCreation1h)
        tokens.thinking = thinking
        tokens.webSearches = webSearches
        tokens.webFetches = webFetches
        return tokens
    }

    var isReadable: Bool { unreadable == 0 }

    /// In the order in which the service writes them.
    private static let keys = JSONKeyTable([
        "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation", "output_tokens",
        "server_tool_use", "service_tier", "inference_geo", "output_tokens_details",
    ])
    private static let creationKeys = JSONKeyTable(["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"])
    private static let detailKeys = JSONKeyTable(["thinking_tokens"])
    private static let toolKeys = JSONKeyTable(["web_search_requests", "web_fetch_requests"])

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
            switch place {
            case 0: input = try count(&cursor, bit: 0)
            case 1: cacheCreation = try count(&cursor, bit: 1)
            case 2: cacheRead = try count(&cursor, bit: 2)
            case 3: (cacheCreation5m, cacheCreation1h) = try counts(Self.creationKeys, &cursor, bit: 3)
            case 4: output = try count(&cursor, bit: 5)
            case 5: (webSearches, webFetches) = try counts(Self.toolKeys, &cursor, bit: 6)
            case 6: serviceTier = try cursor.string()
            case 7: inferenceGeo = try cursor.string()
            case 8: (thinking, _) = try counts(Self.detailKeys, &cursor, bit: 8)
            default: try cursor.skipValue()
            }
        }
    }

    private mutating func count(_ cursor: inout JSONCursor, bit: UInt16) throws(JSONSyntaxError) -> Int64 {
        unreadable &= ~(1 << bit)
        if try cursor.takeNull() { return 0 }
        guard let value = try cursor.wholeNumber(upTo: Self.tokenLimit) else {
            unreadable |= 1 << bit
            return 0
        }
        return value
    }

    /// The counts of a nested object's two keys, with `bit` and the one above it; null is zero.
    private mutating func counts(
        _ keys: JSONKeyTable,
        _ cursor: inout JSONCursor,
        bit: UInt16
    ) throws(JSONSyntaxError) -> (Int64, Int64) {
        unreadable &= ~(3 << bit)
        if try cursor.takeNull() { return (0, 0) }
        guard try cursor.kind() == .object else {
            unreadable |= 1 << bit
            try cursor.skipValue()
            return (0, 0)
        }
        var found: (Int64, Int64) = (0, 0)
        try cursor.beginObject()
        var place = -1
        while try cursor.nextKey(in: keys, &place) {
            switch place {
            case 0: found.0 = try count(&cursor, bit: bit)
            case 1: found.1 = try count(&cursor, bit: bit + 1)
            default: try cursor.skipValue()
            }
        }
        return found
    }
}
