import BatchPipeline
package import Prices

/// A file for another tool, kept in `views/` of every archive: the schema of the flat table in the words of that tool.
///
/// All are made from ``FlatSchema`` and from a price table, never from data, so they change only with the program and the prices.
package struct ArchiveView: Sendable, Hashable {
    /// Relative to `views/`.
    package let name: String
    package let text: String

    /// Every view; a new one is a file in `Views/` and one line here.
    package static func all(prices: PriceTable = .builtIn) -> [ArchiveView] {
        [
            .duckDB(prices: prices),
            .clickHouse,
            .spark,
            .polars,
            .datasette,
            .jsonSchema,
            .dataPackage,
        ]
    }
}

extension FlatSchema.Column {
    /// The meaning with what is missing where.
    var comment: String { isNullable ? "\(meaning); may be missing" : meaning }
}
