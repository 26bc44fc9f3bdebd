/// Something the catalog could not do.
///
/// Holds facts, no sentences; the text a user reads is made in `BatchCommands/FailureText+Catalog.swift`.
package enum CatalogFailure: Error, Sendable, Hashable {
    /// The file is no catalog, or holds what no catalog holds; the clause says in what.
    case damaged(path: String, detail: String)
    /// A later version of the program made the file.
    case newer(path: String)
    /// The system or SQLite refused: no space, no permission, locked by another program.
    case refused(path: String, detail: String)
}
