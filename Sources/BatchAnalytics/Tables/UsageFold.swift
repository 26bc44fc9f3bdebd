import BatchPipeline
import MessageBatches

/// Sums the tokens of one block's succeeded records by what decides their price, within numbered groups.
///
/// Works on numbers while it goes over the block and makes labels once at the end, so that a record costs a few byte
/// comparisons and no allocation.
struct UsageFold {
    private var models = SliceInterner()
    private var geos = SliceInterner()
    private var tiers = SliceInterner()
    private var places = KeyInterner<Place>()
    private var cells: [UsageCell] = []

    /// Counts a record if it succeeded.
    ///
    /// Only then does it have a message with a model, and only then does it cost.
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

    /// What was summed, with the number of the group.
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

/// A ``UsageKey`` in a group, by the numbers its texts have in one block, in one word that compares and hashes fast.
private struct Place: Hashable {
    private let bits: UInt128

    init(group: Int, model: Int, geo: Int, tier: Int, promptSize: PromptSize, cacheClasses: CacheClasses) {
        let sizes = UInt32(promptSize.rawValue) << 3 | UInt32(cacheClasses.rawValue)
        let low = UInt64(UInt32(geo)) << 32 | UInt64(UInt32(tier) << 5 | sizes)
        bits = UInt128(UInt64(UInt32(group)) << 32 | UInt64(UInt32(model))) << 64 | UInt128(low)
    }

    var group: Int { Int(UInt32(truncatingIfNeeded: bits >> 96)) }
    var model: Int { Int(UInt32(truncatingIfNeeded: bits >> 64)) }
    var geo: Int { Int(UInt32(truncatingIfNeeded: bits >> 32)) }
    var tier: Int { Int(UInt32(truncatingIfNeeded: bits) >> 5) }
    var promptSize: PromptSize { PromptSize(rawValue: Int(bits >> 3 & 3)) ?? .above200000 }
    var cacheClasses: CacheClasses { CacheClasses(rawValue: UInt8(bits & 7)) }
}
