package import MessageBatches

/// The price of counted usage, or why it has none.
///
/// This is the only price rule.
package enum UsagePrice: Sendable, Equatable {
    case priced(Amounts)
    case unpriced(Reason)

    package struct Amounts: Sendable, Equatable {
        /// The price in a batch: half the list price for tokens, the full price for pieces such as web searches.
        package var batch: Money
        /// The price outside a batch.
        package var list: Money
        /// How much more the same tokens would have cost as uncached input in the batch.
        ///
        /// Includes the price of cache writes; negative if the writes cost more than the reads saved.
        package var savedByCache: Money
        /// Whether the day is outside every row of the model, so that the nearest row was used.
        package var isAssumed: Bool
    }

    package enum Reason: Sendable, Hashable {
        /// The table has no row for the model and the size of the prompt.
        case noRow
        /// The row has no price for a field that has tokens.
        case noPrice(UsageField)
        /// A sum has reached its limit, so it can be too small.
        case clamped
    }
}

extension PriceTable {
    /// Prices one succeeded request by the size of its own prompt.
    package func price(of usage: TokenUsage, model: String, geo: String, day: CalendarDay) -> UsagePrice {
        price(of: usage, model: model, geo: geo, day: day, promptTokens: Int(clamping: usage.prompt))
    }

    /// Prices the usage of one or more succeeded requests whose prompts all belong to one size class of the table.
    package func price(
        of usage: TokenUsage,
        model: String,
        geo: String,
        day: CalendarDay,
        promptTokens: Int
    ) -> UsagePrice {
        guard let place = place(model: model, day: day, promptTokens: promptTokens) else { return .unpriced(.noRow) }
        guard !usage.isClamped else { return .unpriced(.clamped) }
        let prices = rows[place.index].prices(geo: geo)
        var (tokens, pieces): (Int128, Int128) = (0, 0)
        // Tokens written to or read from the cache, and their price as uncached input.
        var (cached, cachedAsInput): (Int128, Int128) = (0, 0)
        for billed in Self.billedFields where usage[billed.field] > 0 {
            let count = Int128(usage[billed.field])
            if let price = billed.piecePrice {
                pieces += count * price
                continue
            }
            guard let price = prices[billed.field] else { return .unpriced(.noPrice(billed.field)) }
            tokens += count * Int128(price)
            guard billed.isCache else { continue }
            cached += count * Int128(price)
            cachedAsInput += count * Int128(prices[.input] ?? 0)
        }
        // Every price is even, so half of a sum is exact.
        return .priced(
            UsagePrice.Amounts(
                batch: Money(picoDollars: tokens / 2 + pieces),
                list: Money(picoDollars: tokens + pieces),
                savedByCache: Money(picoDollars: (cachedAsInput - cached) / 2),
                isAssumed: place.isAssumed
            )
        )
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
