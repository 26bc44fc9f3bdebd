/// The tokens and costs that the API reports for the batches of an organization.
///
/// The rows are those of batches only. Their order has no meaning, and several rows may have the same time and model.
package struct UsageReport: Sendable, Equatable {
    /// A part of the report: one model in one workspace in one bucket of time.
    package struct Row<Value: Sendable & Equatable>: Sendable, Equatable {
        /// The start of the bucket, which is part of it.
        package var startsAt: Timestamp
        /// The end of the bucket, which is not part of it.
        package var endsAt: Timestamp
        /// Nil if the report attributes the row to no model.
        package var model: String?
        /// Nil for the default workspace, which some reports do not name.
        package var workspaceID: String?
        package var value: Value

        package init(startsAt: Timestamp, endsAt: Timestamp, model: String?, workspaceID: String?, value: Value) {
            self.startsAt = startsAt
            self.endsAt = endsAt
            self.model = model
            self.workspaceID = workspaceID
            self.value = value
        }
    }

    /// Tokens and web searches; the report does not count thinking tokens and web fetches.
    package var usage: [Row<TokenUsage>]
    /// What tokens cost, per day; web searches are not included.
    package var costs: [Row<ReportedAmount>]

    package init(usage: [Row<TokenUsage>] = [], costs: [Row<ReportedAmount>] = []) {
        self.usage = usage
        self.costs = costs
    }
}

/// An amount of a cost report, with its rounding.
package struct ReportedAmount: Sendable, Hashable {
    package var money: Money
    /// How much the exact amount can differ: half of the last decimal place, at least one pico-dollar.
    package var rounding: Money

    package static let zero = ReportedAmount(money: .zero, rounding: .zero)

    package init(money: Money, rounding: Money) {
        self.money = money
        self.rounding = rounding
    }

    /// Reads an amount in cents such as `123.78912`, which means $1.2378912.
    ///
    /// Returns nil unless the text is a plain decimal number. Digits below a pico-dollar are dropped.
    package init?(cents text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let places = parts.count > 1 ? parts[1].utf8.count : 0
        guard let last = parts.last, parts.count == 1 || (places > 0 && last.utf8.allSatisfy(\.isDigit)) else {
            return nil
        }
        guard let cents = Money("\(text.dropLast(max(0, places - Money.places)))") else { return nil }
        money = Money(picoDollars: cents.picoDollars / 100)
        // One cent has ten decimal places down to a pico-dollar.
        let unit = (0..<max(0, Money.places - 2 - places)).reduce(Int128(1)) { product, _ in product * 10 }
        rounding = Money(picoDollars: max(unit / 2, 1))
    }

    package static func += (left: inout ReportedAmount, right: ReportedAmount) {
        left.money += right.money
        left.rounding += right.rounding
    }
}
