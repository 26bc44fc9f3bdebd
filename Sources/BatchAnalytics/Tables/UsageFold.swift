import BatchPipeline
import MessageBatches

/// Adds up the succeeded records of one block by model, region and service tier.
///
/// While it reads the block, it works on numbers. It creates labels once at the end, so a record costs a few byte
/// comparisons and no allocation.
struct UsageFold {
    private var models = SliceInterner()
    private var geos = SliceInterner()
    private var tiers = SliceInterner()
    private var places = KeyInterner<Place>()
    private var cells: [UsageCell] = []

    /// The numbers of the texts of a ``UsageKey`` in one block.
    private struct Place: Hashable {
        var model: Int
        var geo: Int
        var tier: Int
    }

    /// Counts a record if it succeeded.
    ///
    /// Other records have no message, so they have no model and no cost. A request is counted at the model of its
    /// message, and the tokens of each of its entries at the model of the entry.
    mutating func count(_ record: ResultRecord, in bytes: [UInt8]) {
        guard record.type == .succeeded else { return }
        let number = cell(record.model, record, in: bytes)
        guard !record.entries.isEmpty else {
            cells[number].count(record)
            return
        }
        cells[number].requests += 1
        cells[number].prices.count(record.price)
        for entry in record.entries {
            let own = entry.model == nil ? number : cell(entry.model, record, in: bytes)
            cells[own].add(entry.usage, entry.amounts)
        }
    }

    private mutating func cell(_ model: TextSlice?, _ record: ResultRecord, in bytes: [UInt8]) -> Int {
        let place = Place(
            model: models.number(of: model, in: bytes),
            geo: geos.number(of: record.inferenceGeo, in: bytes),
            tier: tiers.number(of: record.serviceTier, in: bytes)
        )
        let number = places.number(of: place)
        if number == cells.count { cells.append(UsageCell()) }
        return number
    }

    /// The sums.
    func cells(of block: DecodedBlock) -> [(key: UsageKey, cell: UsageCell)] {
        let (models, geos, tiers) = (block.labels(of: models), block.labels(of: geos), block.labels(of: tiers))
        return zip(places.keys, cells)
            .map { (UsageKey(model: models[$0.model], geo: geos[$0.geo], tier: tiers[$0.tier]), $1) }
    }
}
