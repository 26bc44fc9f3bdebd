import JSONLines
package import MessageBatches
package import Prices

/// The price of one request.
package struct RequestPrice: Sendable, Equatable {
    /// The exact amounts; zero if the request has no price or is not billed.
    package var amounts = Amounts()
    /// The list price of a request that is not billed; nil if it is billed, or if it has no price.
    package var notBilled: Money?
    package var note: PriceNote?
    /// Whether the request is billed and has a price, or is known not to be billed.
    package var hasPrice = false
    /// The first part of an unpriced request that has no price; nil if its usage cannot be read.
    package var missing: MissingPrice?

    package init() {}

    /// The cost in dollars; nil if the request has no price.
    package var cost: Money? { hasPrice ? amounts.cost : nil }
}

/// A part of a request for which the price table has no price.
package struct MissingPrice: Sendable, Equatable {
    /// The model of the part; nil if the field is missing.
    package var model: TextSlice?
    /// The size of its prompt in tokens.
    package var promptTokens: Int
}

/// Prices the requests of batches with one price table.
///
/// Only succeeded requests have a price. Errored, canceled and expired requests are not billed (API documentation,
/// batch processing).
package struct RequestPricing: Sendable {
    package let table: PriceTable
    private let isOwnOrigin: Bool

    /// - Parameters:
    ///   - table: The prices of the models.
    ///   - origin: Scheme, host and port that the results come from; nil if unknown. See ``TierPricing``.
    package init(table: PriceTable, origin: String?) {
        self.table = table
        isOwnOrigin = TierPricing.isAnthropic(origin)
    }

    /// Prices the records of a block, and returns the indices of the rows of the table that were used.
    fileprivate func price(_ block: inout DecodedBlock, of batch: MessageBatch) -> Set<Int> {
        var pricer = BlockPricer(table: table, day: batch.day, isOwnOrigin: isOwnOrigin)
        for index in block.records.indices where block.records[index].type == .succeeded {
            pricer.price(&block.records[index], in: block.block.bytes)
        }
        return pricer.usedRows
    }
}

extension DecodedBlock {
    /// Sets the price of every succeeded record, and returns the indices of the rows of the table that were used.
    @discardableResult
    package mutating func price(by pricing: RequestPricing, of batch: MessageBatch) -> Set<Int> {
        pricing.price(&self, of: batch)
    }
}

/// Prices the records of one block.
///
/// Most records have the model and the region of the record before, so the prices of the latest one are kept.
private struct BlockPricer {
    let table: PriceTable
    let day: CalendarDay
    let isOwnOrigin: Bool
    private(set) var usedRows: Set<Int> = []
    private var latestRow = -1
    private var latest: (model: TextSlice?, geo: TextSlice?, prices: ModelPrices?)?
    private var known: [[String]: ModelPrices?] = [:]

    init(table: PriceTable, day: CalendarDay, isOwnOrigin: Bool) {
        self.table = table
        self.day = day
        self.isOwnOrigin = isOwnOrigin
    }

    mutating func price(_ record: inout ResultRecord, in bytes: [UInt8]) {
        guard record.usageIsReadable else {
            record.price.note = .unreadableUsage
            // Recorded for the same reason as a row that lacks a price; see `add`.
            if let row = prices(of: record.model, geo: record.inferenceGeo, in: bytes)?.firstRow {
                usedRows.insert(row)
            }
            return
        }
        let tier = tierPricing(record.serviceTier, in: bytes)
        var price = RequestPrice()
        price.hasPrice = true
        var isAssumed = tier != .batchPrice
        let geo = record.inferenceGeo
        if record.entries.isEmpty, let whole = add(record.usage, at: record.model, geo, tier, in: bytes, to: &price) {
            isAssumed = isAssumed || whole.isAssumed
        }
        for index in record.entries.indices {
            let entry = record.entries[index]
            guard let part = add(entry.usage, at: entry.model ?? record.model, geo, tier, in: bytes, to: &price)
            else { break }
            record.entries[index].amounts = part.amounts
            // No page says whether the batch discount applies to the tokens of an advisor.
            isAssumed = isAssumed || part.isAssumed || entry.kind == .advisor
        }
        let list = price.hasPrice ? price.amounts.list : nil
        let isBilled =
            !record.isEmptyRefusal || RefusalRule.isBilled(category: text(record.stopCategory, in: bytes), day: day)
        if !isBilled {
            price.notBilled = list
            (price.hasPrice, price.note) = (true, .notBilled)
        } else if !price.hasPrice {
            price.note = .unpriced
        } else if isAssumed {
            price.note = .assumed
        }
        if !isBilled || !price.hasPrice {
            price.amounts = Amounts()
            for index in record.entries.indices { record.entries[index].amounts = Amounts() }
        }
        if price.hasPrice { price.missing = nil }
        record.price = price
    }

    /// Adds the price of a part of a request; if there is none, the request has no price.
    private mutating func add(
        _ usage: TokenUsage,
        at model: TextSlice?,
        _ geo: TextSlice?,
        _ tier: TierPricing,
        in bytes: [UInt8],
        to price: inout RequestPrice
    ) -> ModelPrices.Price? {
        let isBatchPrice = tier != .assumedListPrice
        let prices = prices(of: model, geo: geo, in: bytes)
        guard let part = prices?.price(of: usage, isBatchPrice: isBatchPrice) else {
            price.hasPrice = false
            price.missing = MissingPrice(model: model, promptTokens: Int(clamping: usage.prompt))
            // A row that lacks a price is recorded too: it is not new when prices are compared later.
            if let row = prices?.row(of: usage) { usedRows.insert(row) }
            return nil
        }
        if part.row != latestRow {
            usedRows.insert(part.row)
            latestRow = part.row
        }
        price.amounts += part.amounts
        return part
    }

    private mutating func prices(of model: TextSlice?, geo: TextSlice?, in bytes: [UInt8]) -> ModelPrices? {
        if let latest, Self.areEqual(latest.model, model, in: bytes), Self.areEqual(latest.geo, geo, in: bytes) {
            return latest.prices
        }
        let names = [text(model, in: bytes) ?? "", text(geo, in: bytes) ?? ""]
        let prices = known[names] ?? table.prices(of: names[0], geo: names[1], day: day)
        known[names] = .some(prices)
        latest = (model, geo, prices)
        return prices
    }

    private func tierPricing(_ tier: TextSlice?, in bytes: [UInt8]) -> TierPricing {
        guard let tier, bytes[tier.range] != Self.batchTier else { return .batchPrice }
        return TierPricing(tier: text(tier, in: bytes), isOwnOrigin: isOwnOrigin)
    }

    private static let batchTier = ArraySlice("batch".utf8)

    private func text(_ slice: TextSlice?, in bytes: [UInt8]) -> String? {
        slice.map { JSONString.decoded(bytes[$0.range], isEscaped: $0.isEscaped) }
    }

    private static func areEqual(_ left: TextSlice?, _ right: TextSlice?, in bytes: [UInt8]) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return left.isEscaped == right.isEscaped && bytes[left.range] == bytes[right.range]
    }
}
