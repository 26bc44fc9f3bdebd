import BatchPipeline
import MessageBatches

/// Sums the tokens of the succeeded records of one block by pricing key, within numbered groups.
///
/// While it reads the block, it works on numbers. It creates labels once at the end, so a record costs a few byte
/// comparisons and no allocation.
struct UsageFold {
    private var models = SliceInterner()
    private var geos = SliceInterner()
    private var tiers = SliceInterner()
    private var places = KeyInterner<Place>()
    private var cells: [UsageCell] = []

    /// Counts a record if it succeeded.
    ///
    /// Other records have no message, so they have no model and no cost.
    mutating func count(_ record: ResultRecord, in bytes: [UInt8], group: Int = 0) {
        guard record.type == .succeeded else { return }
        let usage = record.usageIsReadable ? record.usage : TokenUsage()
        let place = Place(
            group: group,
            model: models.number(of: record.model, in: bytes),
            geo: geos.number(of: record.inferenceGeo, in: bytes),
            tier: tiers.number(of: record.serviceTier, in: bytes),
            promptSize: PromptSize(promptTokens: usage.prompt),
            cacheClasses: CacheClasses(of: usage)
        )
        let number = places.number(of: place)
        if number == cells.count { cells.append(UsageCell()) }
        cells[number].count(usage, isReadable: record.usageIsReadable)
    }

    /// The sums, with the number of the group.
    func cells(of block: DecodedBlock) -> [(group: Int, key: UsageKey, cell: UsageCell)] {
        let (models, geos, tiers) = (block.labels(of: models), block.labels(of: geos), block.labels(of: tiers))
        return zip(places.keys, cells)
            .map { place, cell in
                let key = UsageKey(
                    model: models[place.model],
                    geo: geos[place.geo],
                    tier: tiers[place.tier],
                    promptSize: place.promptSize,
                    cacheClasses: place.cacheClasses
                )
                return (place.group, key, cell)
            }
    }
}

/// A ``UsageKey`` in a group, as the numbers of its texts in one block, packed into one word for fast comparison and
/// hashing.
private struct Place: Hashable {
    private let bits: UInt128

    /// The bits of the cache classes and, above them, of the prompt size.
    private static var sizeBits: Int { CacheClasses.count + 2 }

    init(group: Int, model: Int, geo: Int, tier: Int, promptSize: PromptSize, cacheClasses: CacheClasses) {
        let sizes = UInt32(promptSize.rawValue) << CacheClasses.count | UInt32(cacheClasses.rawValue)
        let low = UInt64(UInt32(geo)) << 32 | UInt64(UInt32(tier) << Self.sizeBits | sizes)
        bits = UInt128(UInt64(UInt32(group)) << 32 | UInt64(UInt32(model))) << 64 | UInt128(low)
    }

    var group: Int { Int(UInt32(truncatingIfNeeded: bits >> 96)) }
    var model: Int { Int(UInt32(truncatingIfNeeded: bits >> 64)) }
    var geo: Int { Int(UInt32(truncatingIfNeeded: bits >> 32)) }
    var tier: Int { Int(UInt32(truncatingIfNeeded: bits) >> Self.sizeBits) }
    var promptSize: PromptSize { PromptSize(rawValue: Int(bits >> CacheClasses.count & 3)) ?? .above200000 }
    var cacheClasses: CacheClasses { CacheClasses(rawValue: UInt8(bits & (1 << CacheClasses.count - 1))) }
}
