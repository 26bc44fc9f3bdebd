package import MessageBatches

/// Everything that determines the price of a request, except the day.
package struct UsageKey: Sendable, BoundedKey {
    package let model: Label
    /// `inference_geo`; empty if the line has none.
    package let geo: Label
    /// `service_tier`; empty if the line has none.
    package let tier: Label
    package let promptSize: PromptSize
    package let cacheClasses: CacheClasses
    package let stableHash: UInt64

    package init(model: Label, geo: Label, tier: Label, promptSize: PromptSize, cacheClasses: CacheClasses) {
        self.model = model
        self.geo = geo
        self.tier = tier
        self.promptSize = promptSize
        self.cacheClasses = cacheClasses
        var hash = StableHash()
        hash.combine(model.stableHash)
        hash.combine(geo.stableHash)
        hash.combine(tier.stableHash)
        hash.combine([UInt8(promptSize.rawValue), cacheClasses.rawValue])
        stableHash = hash.value
    }

    package static func < (left: UsageKey, right: UsageKey) -> Bool {
        if left.model != right.model { return left.model < right.model }
        if left.geo != right.geo { return left.geo < right.geo }
        if left.tier != right.tier { return left.tier < right.tier }
        return left.codes.lexicographicallyPrecedes(right.codes)
    }
}

extension UsageKey: StoredKey {
    static var nameCount: Int { 3 }
    static var codeCount: Int { 2 }

    var names: [Label] { [model, geo, tier] }
    var codes: [Int] { [promptSize.rawValue, Int(cacheClasses.rawValue)] }

    init?(_ row: StoredRow, from place: Int) {
        let classes = row[place + 4]
        guard let size = PromptSize(rawValue: row[place + 3]), classes < 1 << CacheClasses.count else { return nil }
        self.init(
            model: row.name(place),
            geo: row.name(place + 1),
            tier: row.name(place + 2),
            promptSize: size,
            cacheClasses: CacheClasses(rawValue: UInt8(classes))
        )
    }
}

/// The size class of a request's whole prompt.
///
/// Some models cost more above a size.
package enum PromptSize: Int, Sendable, CaseIterable {
    case upTo100000 = 0
    case upTo200000 = 1
    case above200000 = 2

    /// The largest prompt of each size class but the last, in tokens.
    package static let edges = [100_000, 200_000]

    package init(promptTokens: Int64) {
        self = promptTokens <= 100_000 ? .upTo100000 : promptTokens <= 200_000 ? .upTo200000 : .above200000
    }

    /// The smallest number of tokens of a prompt in this class.
    package var smallestPrompt: Int {
        rawValue == 0 ? 0 : Self.edges[rawValue - 1] + 1
    }
}

/// The cache classes in which a request has tokens.
///
/// Some rows of a price table have no price for the cache. A request with tokens in such a class is unpriced. Sums do
/// not show which requests those are, so requests with different classes are added up separately.
package struct CacheClasses: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let creation5m = CacheClasses(rawValue: 1)
    package static let creation1h = CacheClasses(rawValue: 2)
    package static let read = CacheClasses(rawValue: 4)

    /// The number of classes, and of bits that keys need for them.
    static var count: Int { 3 }

    /// The classes in which a request has tokens.
    package init(of usage: TokenUsage) {
        self = []
        if usage.cacheCreation5m > 0 { insert(.creation5m) }
        if usage.cacheCreation1h > 0 { insert(.creation1h) }
        if usage.cacheRead > 0 { insert(.read) }
    }
}

/// The number of succeeded requests with one pricing key, and their tokens.
package struct UsageCell: Sendable, Equatable {
    /// Succeeded requests, including those with unreadable counts.
    package var requests = 0
    /// Requests with unreadable token counts.
    ///
    /// They are not in ``usage`` and have no price.
    package var unreadable = 0
    /// The sum over all readable requests.
    ///
    /// A sum that would exceed `Int64.max` stays at that value.
    package var usage = TokenUsage()

    package init() {}

    /// Counts one request.
    mutating func count(_ usage: TokenUsage, isReadable: Bool) {
        requests += 1
        if isReadable { self.usage.addClamped(usage) } else { unreadable += 1 }
    }
}

extension UsageCell: StoredValue {
    package mutating func merge(_ other: UsageCell) {
        requests = requests.addingClamped(other.requests)
        unreadable = unreadable.addingClamped(other.unreadable)
        usage.addClamped(other.usage)
    }

    var weight: Int { requests }

    /// The place of a field in the rows of manifests.
    ///
    /// A new field gets the next free number: in rows that were stored before, it reads as 0.
    private static func place(of field: UsageField) -> Int {
        switch field {
        case .input: 0
        case .output: 1
        case .cacheCreation5m: 2
        case .cacheCreation1h: 3
        case .cacheRead: 4
        case .thinking: 5
        case .webSearches: 6
        case .webFetches: 7
        }
    }

    /// The place of ``unreadable``.
    private static let unreadablePlace = 8

    /// The fields in the order in which manifests store them; nil means ``unreadable``.
    private static let order: [UsageField?] = {
        var order = UsageField.allCases.sorted { place(of: $0) < place(of: $1) }.map(Optional.some)
        order.insert(nil, at: unreadablePlace)
        return order
    }()

    var numbers: [Int] {
        [requests] + Self.order.map { field in field.map { Int(usage[$0]) } ?? unreadable }
    }

    init(_ row: StoredRow, from place: Int) {
        requests = row[place]
        for (index, field) in Self.order.enumerated() {
            let number = row[place + 1 + index]
            if let field { usage[field] = Int64(number) } else { unreadable = number }
        }
    }
}
