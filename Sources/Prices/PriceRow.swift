package import MessageBatches

/// The prices of one model for a span of days and of prompt sizes.
package struct PriceRow: Sendable, Hashable {
    /// The model's id on Anthropic's own API.
    package var model: String
    /// Other ids of the same model.
    package var aliases: [String]
    /// The prompt sizes in tokens the row is for, uncached, written and read together; an open end is no limit.
    package var promptMinimum: Int?
    package var promptMaximum: Int?
    /// The first and the last day, both included; an open end is no limit.
    package var validFrom: CalendarDay?
    package var validTo: CalendarDay?
    /// List prices, for inference anywhere.
    package var prices: TokenPrices
    /// What list prices are multiplied with for `inference_geo` "us", in millionths: 1,100,000 is 1.1.
    package var usFactor: Int64
    /// How sure the source is, as the table says it; empty where it says nothing.
    package var confidence: String
    package var origin: PriceOrigin
    /// The line in the file it was read from, from 1.
    package var line: Int
}

/// Where a row comes from.
package enum PriceOrigin: Sendable, Hashable {
    /// The table inside the program, see ``BuiltInPrices``.
    case builtIn
    /// A file the user named.
    case file(String)
}

/// What a token of each class costs, in whole pico-dollars.
///
/// A dollar per million tokens is a million pico-dollars per token. A class without a price is nil: a request with
/// tokens in it cannot be priced.
package struct TokenPrices: Sendable, Hashable {
    /// By the number of the field.
    private var amounts: [Int64?]

    package init(_ prices: [UsageField: Int64]) {
        amounts = UsageField.allCases.map { prices[$0] }
    }

    package subscript(_ field: UsageField) -> Int64? { amounts[field.rawValue] }

    /// These prices times a factor in millionths.
    func multiplied(byMillionths factor: Int64) -> TokenPrices {
        guard factor != 1_000_000 else { return self }
        var multiplied = self
        multiplied.amounts = amounts.map { amount in amount.map { Int64(Int128($0) * Int128(factor) / 1_000_000) } }
        return multiplied
    }
}

extension PriceRow {
    /// List prices for an `inference_geo`.
    package func prices(geo: String) -> TokenPrices {
        geo == "us" ? prices.multiplied(byMillionths: usFactor) : prices
    }

    /// Whether the row is for prompts of this many tokens.
    func covers(promptTokens: Int) -> Bool {
        (promptMinimum ?? 0) <= promptTokens && promptTokens <= promptMaximum ?? .max
    }

    /// How many days lie between a day and the row's own days; 0 for a day within.
    func distance(to day: CalendarDay) -> Int {
        if let validFrom, day < validFrom { return validFrom.daysSinceEpoch - day.daysSinceEpoch }
        if let validTo, day > validTo { return day.daysSinceEpoch - validTo.daysSinceEpoch }
        return 0
    }

    /// Whether both rows have a price for one and the same request.
    func overlaps(_ other: PriceRow) -> Bool {
        guard model == other.model else { return false }
        let haveCommonSize =
            covers(promptTokens: max(promptMinimum ?? 0, other.promptMinimum ?? 0))
            && other.covers(promptTokens: max(promptMinimum ?? 0, other.promptMinimum ?? 0))
        let start = [validFrom, other.validFrom].compactMap { $0 }.max()
        let end = [validTo, other.validTo].compactMap { $0 }.min()
        guard let start, let end else { return haveCommonSize }
        return haveCommonSize && start <= end
    }
}
