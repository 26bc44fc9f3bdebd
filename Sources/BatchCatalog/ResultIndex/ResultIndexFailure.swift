/// Something the result index could not do.
///
/// Holds facts; the text a user reads is made in `BatchCommands/FailureText+Index.swift`.
package enum ResultIndexFailure: Error, Sendable, Hashable {
    /// The file cannot be opened, made or written; the clause is SQLite's.
    case unusable(path: String, reason: String)
    /// Another command is filling it, and was waited for.
    case busy(path: String)
    /// The user's SQL; the clause is SQLite's.
    case badQuery(String)
    /// A row that is no row of the flat table.
    case badRow(batchID: String)
}
