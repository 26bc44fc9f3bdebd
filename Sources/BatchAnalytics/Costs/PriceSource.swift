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

    /// The table to use instead of the prices that the archive records; nil without a price file.
    package var requested: PriceTable? { file == nil ? nil : table }

    /// The origin of the prices, as a clause for messages.
    package var origin: String {
        file.map { "price table \(BuiltInPrices.version) after the rows of \($0.split(separator: "/").last ?? "/")" }
            ?? "the prices recorded in the archive"
    }

    /// The sentence about prices that every report prints.
    package var statement: String { "Costs use \(origin). \(BuiltInPrices.caveat)" }
}
