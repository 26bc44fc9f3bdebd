package import Prices

/// A price table and where it comes from, for computing and for statements about amounts.
package struct PriceSource: Sendable {
    package let table: PriceTable
    /// The user's file, if one was named.
    package let file: String?

    package init(table: PriceTable, file: String?) {
        self.table = table
        self.file = file
    }

    /// Where the rows come from, as a clause.
    package var origin: String {
        file.map { "built in, after the rows of \($0.split(separator: "/").last ?? "/")" } ?? "built in"
    }

    /// What every report says about its amounts.
    package var statement: String {
        "Price table \(BuiltInPrices.version) (\(origin)). \(BuiltInPrices.caveat)"
    }

    /// Computes costs from summaries, or from lines, for which any table will do.
    package func pricer(isScan: Bool) throws(TierEdgesError) -> Pricer {
        guard !isScan else { return Pricer(table: table) }
        return try Pricer(forSummaries: table)
    }
}
