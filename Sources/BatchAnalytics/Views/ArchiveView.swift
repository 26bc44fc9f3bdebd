import BatchPipeline
package import Prices

/// A file for another tool, kept in `views/` of every archive, with the schema of the flat table in the language of
/// that tool.
///
/// All views are made from ``FlatSchema`` and a price table, never from data, so they change only with the program and
/// the prices.
package struct ArchiveView: Sendable, Hashable {
    /// The path relative to `views/`.
    package let name: String
    package let text: String

    /// Returns every view.
    ///
    /// A new one is a file in `Views/` and one line here.
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
    /// The meaning of the column, and whether its values can be missing.
    var comment: String { isNullable ? "\(meaning); may be missing" : meaning }
}
