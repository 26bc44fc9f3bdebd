package import Prices

/// A price table and its origin.
package struct PriceSource: Sendable {
    package let table: PriceTable
    /// The path of the user's price file; nil for the built-in table.
    package let file: String?

    package init(table: PriceTable, file: String?) {
        self.table = table
        self.file = file
    }

    /// The origin of the prices, as a clause for messages.
    package var origin: String {
        file.map { "built in, after the rows of \($0.split(separator: "/").last ?? "/")" } ?? "built in"
    }

    /// The sentence about prices that every report prints.
    package var statement: String {
        "Price table \(BuiltInPrices.version) (\(origin)). \(BuiltInPrices.caveat)"
    }

    /// Returns a pricer.
    ///
    /// `isScan` is true if it prices single requests from result lines, which works with any table; pricing from
    /// summaries fails if the table has other prompt sizes.
    package func pricer(isScan: Bool) throws(TierEdgesError) -> Pricer {
        guard !isScan else { return Pricer(table: table) }
        return try Pricer(forSummaries: table)
    }
}
