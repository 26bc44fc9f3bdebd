import BatchPipeline

/// A file for another tool, kept in `views/` of every archive, with the schema of the flat table in the language of
/// that tool.
///
/// All views are made from ``FlatSchema``, never from data, so they change only with the program.
package struct ArchiveView: Sendable, Hashable {
    /// The path relative to `views/`.
    package let name: String
    package let text: String

    /// Every view.
    ///
    /// A new one is a file in `Views/` and one line here.
    package static let all: [ArchiveView] = [
        .duckDB,
        .clickHouse,
        .spark,
        .polars,
        .datasette,
        .jsonSchema,
        .dataPackage,
    ]
}

extension FlatSchema.Column {
    /// The meaning of the column, and whether its values can be missing.
    var comment: String { isNullable ? "\(meaning); may be missing" : meaning }
}
