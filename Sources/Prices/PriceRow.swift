package import MessageBatches

/// The prices of one model for a range of days and of prompt sizes.
package struct PriceRow: Sendable, Hashable {
    /// The ID of the model on Anthropic's own API.
    package var model: String
    /// Other IDs of the same model.
    package var aliases: [String]
    /// The prompt sizes of the row in tokens: uncached, written to and read from the cache together.
    ///
    /// Nil means no limit.
    package var promptMinimum: Int?
    package var promptMaximum: Int?
    /// The first and the last day, both inclusive.
    ///
    /// Nil means no limit.
    package var validFrom: CalendarDay?
    package var validTo: CalendarDay?
    /// List prices for inference anywhere.
    package var prices: TokenPrices
    /// The factor for `inference_geo` "us", in millionths: 1,100,000 means 1.1.
    package var usFactor: Int64
    /// The reliability of the source, as the table states it; empty if it does not.
    package var confidence: String
    package var origin: PriceOrigin
    /// The line number in the file, starting at 1; 0 for a row that does not come from a file.
    package var line: Int

    package init(
        model: String,
        aliases: [String],
        promptMinimum: Int?,
        promptMaximum: Int?,
        validFrom: CalendarDay?,
        validTo: CalendarDay?,
        prices: TokenPrices,
        usFactor: Int64,
        confidence: String,
        origin: PriceOrigin,
        line: Int = 0
    ) {
        self.model = model
        self.aliases = aliases
        self.promptMinimum = promptMinimum
        self.promptMaximum = promptMaximum
        self.validFrom = validFrom
        self.validTo = validTo
        self.prices = prices
        self.usFactor = usFactor
        self.confidence = confidence
        self.origin = origin
        self.line = line
    }
}

/// The origin of a row.
package enum PriceOrigin: Sendable, Hashable {
    /// The table that is part of the program, see ``BuiltInPrices``.
    case builtIn
    /// A file that the user named.
    case file(String)
}

/// The price per token of each class, in whole pico-dollars.
///
/// One dollar per million tokens is one million pico-dollars per token. A class without a price is nil: a request with
/// tokens in that class cannot be priced.
package struct TokenPrices: Sendable, Hashable {
    /// The amounts, indexed by the raw value of the field.
    private var amounts: [Int64?]

    package init(_ prices: [UsageField: Int64]) {
        amounts = UsageField.allCases.map { prices[$0] }
    }

    package subscript(_ field: UsageField) -> Int64? { amounts[field.rawValue] }

    /// Returns these prices times a factor in millionths.
    func multiplied(byMillionths factor: Int64) -> TokenPrices {
        guard factor != 1_000_000 else { return self }
        var multiplied = self
        multiplied.amounts = amounts.map { amount in amount.map { Int64(Int128($0) * Int128(factor) / 1_000_000) } }
        return multiplied
    }
}

extension PriceRow {
    /// Returns the list prices for an `inference_geo`.
    package func prices(geo: String) -> TokenPrices {
        geo == "us" ? prices.multiplied(byMillionths: usFactor) : prices
    }

    /// The sizes of the prompts that the row applies to, in tokens.
    var promptTokens: ClosedRange<Int> {
        let minimum = promptMinimum ?? 0
        return minimum...max(minimum, promptMaximum ?? .max)
    }

    /// Whether the row applies to prompts with this number of tokens.
    package func covers(promptTokens: Int) -> Bool { self.promptTokens.contains(promptTokens) }

    /// The number of days between a day and the row's range; 0 for a day within it.
    func distance(to day: CalendarDay) -> Int {
        if let validFrom, day < validFrom { return validFrom.daysSinceEpoch - day.daysSinceEpoch }
        if let validTo, day > validTo { return day.daysSinceEpoch - validTo.daysSinceEpoch }
        return 0
    }

    /// Whether both rows have a price for the same request.
    func overlaps(_ other: PriceRow) -> Bool {
        guard model == other.model else { return false }
        let haveCommonSize = promptTokens.overlaps(other.promptTokens)
        let start = [validFrom, other.validFrom].compactMap { $0 }.max()
        let end = [validTo, other.validTo].compactMap { $0 }.min()
        guard let start, let end else { return haveCommonSize }
        return haveCommonSize && start <= end
    }
}
