package import MessageBatches

/// The cost of counted usage, in exact amounts.
package struct Amounts: Sendable, Equatable {
    /// What is billed: half the list price for tokens, the full price for pieces such as web searches.
    package var cost = Money.zero
    /// The list price, which is the price outside a batch.
    package var list = Money.zero
    /// The cost if all tokens written to or read from the cache had been uncached input.
    package var withoutCache = Money.zero

    package init() {}

    package static func += (left: inout Amounts, right: Amounts) {
        left.cost += right.cost
        left.list += right.list
        left.withoutCache += right.withoutCache
    }
}

/// What the price of a request rests on, if it is not simply the price of the day; the values of `price_note`.
package enum PriceNote: String, Sendable, CaseIterable {
    /// The table has no price of the day, or no page says whether the batch price applies.
    case assumed
    /// The model, or a class of tokens that the request used, has no price.
    case unpriced
    /// The request was declined before any output, and the API does not bill it.
    case notBilled = "not_billed"
    /// The token counts are missing or invalid.
    case unreadableUsage = "unreadable_usage"
}

/// The prices of one model on one day, by the size of the prompt.
///
/// This is the price rule: every amount of a request comes from ``price(of:isBatchPrice:)``.
package struct ModelPrices: Sendable {
    /// A row of the table, with the distance of its days and its prices in the region of the request.
    private struct Candidate: Sendable {
        let promptTokens: ClosedRange<Int>
        /// The index of the row in ``PriceTable/rows``.
        let index: Int
        let distance: Int
        let prices: TokenPrices
    }

    /// The rows of the model; the first of the nearest rows applies.
    private let candidates: [Candidate]

    /// Finds the rows of a model for requests that ran in `geo`, of a batch created on `day`.
    init(rows: [(index: Int, row: PriceRow)], geo: String, day: CalendarDay) {
        candidates = rows.map { index, row in
            Candidate(
                promptTokens: row.promptTokens,
                index: index,
                distance: row.distance(to: day),
                prices: row.prices(geo: geo)
            )
        }
    }

    /// The price of one request, or of one entry of a request.
    package struct Price: Sendable, Equatable {
        package var amounts: Amounts
        /// The index of the row that was used in ``PriceTable/rows``.
        package var row: Int
        /// Whether the day is outside every row for this size of prompt, so that the nearest row was used.
        package var isAssumed: Bool
    }

    /// Prices usage by the size of its own prompt; nil if the table has no price for it.
    ///
    /// Tokens cost half the list price if `isBatchPrice` is true. A row without a price for a class prices only usage
    /// without tokens in that class. Counts at `Int64.max` have no price, because the real count may be larger.
    package func price(of usage: TokenUsage, isBatchPrice: Bool) -> Price? {
        guard let candidate = candidate(promptTokens: Int(clamping: usage.prompt)), !usage.isClamped else { return nil }
        let prices = candidate.prices
        var (tokens, pieces): (Int128, Int128) = (0, 0)
        // Tokens written to or read from the cache, and their price as uncached input.
        var (cached, cachedAsInput): (Int128, Int128) = (0, 0)
        for billed in Self.billedFields where usage[billed.field] > 0 {
            let count = Int128(usage[billed.field])
            if let price = billed.piecePrice {
                pieces += count * price
                continue
            }
            guard let price = prices[billed.field] else { return nil }
            tokens += count * Int128(price)
            guard billed.isCache else { continue }
            cached += count * Int128(price)
            cachedAsInput += count * Int128(prices[.input] ?? 0)
        }
        // Every price is even, so half of a sum is exact.
        let divisor: Int128 = isBatchPrice ? 2 : 1
        var amounts = Amounts()
        amounts.cost = Money(picoDollars: tokens / divisor + pieces)
        amounts.list = Money(picoDollars: tokens + pieces)
        amounts.withoutCache = Money(picoDollars: (tokens - cached + cachedAsInput) / divisor + pieces)
        return Price(amounts: amounts, row: candidate.index, isAssumed: candidate.distance > 0)
    }

    /// The index of the row for the prompt of `usage` in ``PriceTable/rows``, even if it lacks a price; nil if there is
    /// no row.
    package func row(of usage: TokenUsage) -> Int? {
        candidate(promptTokens: Int(clamping: usage.prompt))?.index
    }

    /// The index in ``PriceTable/rows`` of the row that applies to the smallest prompts.
    ///
    /// Nil if the table has no row for the model.
    package var firstRow: Int? {
        rangeStarts.first.flatMap { candidate(promptTokens: $0)?.index }
    }

    /// The row for a size of prompt: on a day outside every row, the nearest; of equally near ones, the first.
    private func candidate(promptTokens: Int) -> Candidate? {
        var nearest: Candidate?
        for candidate in candidates where candidate.promptTokens.contains(promptTokens) {
            if candidate.distance < nearest?.distance ?? .max { nearest = candidate }
        }
        return nearest
    }

    /// A billed field, as the rule uses it.
    private struct BilledField {
        let field: UsageField
        /// Whether the field counts tokens written to or read from the cache.
        let isCache: Bool
        /// The price of one in pico-dollars if the field is billed by the piece; nil if it is billed per token.
        let piecePrice: Int128?
    }

    // Read once from the field's facts: the rule runs for every request.
    private static let billedFields = UsageField.billed.map { field in
        let piecePrice: Int128? = if case .piece(let price) = field.billing { price } else { nil }
        return BilledField(field: field, isCache: field.isPrompt && field != .input, piecePrice: piecePrice)
    }
}

extension ModelPrices {
    /// The smallest prompt of each range of sizes, in ascending order.
    package var rangeStarts: [Int] {
        let ends = candidates.map(\.promptTokens.upperBound).filter { $0 < .max }
        return Set(candidates.map(\.promptTokens.lowerBound) + ends.map { $0 + 1 }).sorted()
    }

    /// The prices for a size of prompt.
    package func range(promptTokens: Int) -> Range {
        let found = candidate(promptTokens: promptTokens)
        return Range(start: promptTokens, prices: found?.prices, isAssumed: found.map { $0.distance > 0 } ?? false)
    }

    /// The prices for prompts of `start` tokens and more, up to the next range.
    package struct Range: Sendable, Equatable {
        package var start: Int
        /// Nil if prompts of this size have no price.
        package var prices: TokenPrices?
        package var isAssumed: Bool
    }
}

/// Whether a service tier has the batch price.
///
/// Anthropic's API runs every request of a batch at the batch price. A gateway may only imitate batches.
package enum TierPricing: Sendable, Hashable {
    case batchPrice
    /// The batch price, although the tier has another name than expected.
    case assumedBatchPrice
    case assumedListPrice

    /// - Parameters:
    ///   - tier: `usage.service_tier`; nil if it is missing or null.
    ///   - isOwnOrigin: Whether the results come from Anthropic's own API; see ``isAnthropic(_:)``.
    package init(tier: String?, isOwnOrigin: Bool) {
        if tier == nil || tier == "batch" {
            self = .batchPrice
        } else {
            self = isOwnOrigin ? .assumedBatchPrice : .assumedListPrice
        }
    }

    /// Whether an origin (scheme, host and port) is Anthropic's own API; an unknown origin counts as such.
    package static func isAnthropic(_ origin: String?) -> Bool {
        guard let origin else { return true }
        let host = origin.split(separator: "://", maxSplits: 1).last?.prefix { $0 != ":" && $0 != "/" } ?? ""
        return host.hasSuffix(".anthropic.com")
    }
}

/// The dated rules about refusals before any output.
///
/// Such a refusal reports token counts. It is not billed in some categories (API documentation, refusals and fallbacks,
/// copy of 2026-09-26). Empty content decides, not `output_tokens`.
package enum RefusalRule {
    /// The version of the price rule and of these rules, which the manifest records.
    ///
    /// Rows of another version are `outdated` and can be rebuilt from raw.
    package static let version = 1

    private struct Rule: Sendable {
        /// The value of `stop_details.category`; nil for null.
        let category: String?
        /// The first day, inclusive, of the batch's creation.
        let validFrom: CalendarDay?
    }

    private static let notBilled = [
        Rule(category: "cyber", validFrom: CalendarDay("2026-06-09")),
        Rule(category: "general_harms", validFrom: CalendarDay("2026-06-09")),
        Rule(category: nil, validFrom: CalendarDay("2026-06-09")),
    ]

    /// Whether a refusal before any output is billed; `category` is nil if `stop_details` has a null category.
    package static func isBilled(category: String?, day: CalendarDay) -> Bool {
        !notBilled.contains { rule in rule.category == category && rule.validFrom.map { $0 <= day } ?? false }
    }
}
