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
        guard let match = match(model: model, day: day, promptTokens: promptTokens) else { return .unpriced(.noRow) }
        guard !usage.isClamped else { return .unpriced(.clamped) }
        let prices = match.row.prices(geo: geo)
        var (tokens, pieces): (Int128, Int128) = (0, 0)
        // Tokens written to or read from the cache, and their price as uncached input.
        var (cached, cachedAsInput): (Int128, Int128) = (0, 0)
        for field in UsageField.allCases where usage[field] > 0 {
            let count = Int128(usage[field])
            switch field.billing {
            case .token:
                guard let price = prices[field] else { return .unpriced(.noPrice(field)) }
                tokens += count * Int128(price)
                guard field.isPrompt, field != .input else { continue }
                cached += count * Int128(price)
                cachedAsInput += count * Int128(prices[.input] ?? 0)
            case .piece(let price): pieces += count * price
            case .none: break
            }
        }
        // Every price is even, so half of a sum is exact.
        return .priced(
            UsagePrice.Amounts(
                batch: Money(picoDollars: tokens / 2 + pieces),
                list: Money(picoDollars: tokens + pieces),
                savedByCache: Money(picoDollars: (cachedAsInput - cached) / 2),
                isAssumed: match.isAssumed
            )
        )
    }
}
