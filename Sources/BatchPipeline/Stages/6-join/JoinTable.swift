/// The port to tables of databases.
package protocol JoinTableReader: Sendable {
    /// Gives every row of a table, in the order of the rows, as one line of JSON: an object with the columns as members.
    ///
    /// Throws ``JoinFailure`` for a file that is no database or has no such table.
    func forEachRow(of table: JoinTable, _ body: ([UInt8]) throws -> Void) throws
}

/// A table of a database, as `file.sqlite#table` names it.
package struct JoinTable: Sendable, Hashable {
    /// The database's file.
    package var path: String
    package var name: String

    package init(path: String, name: String) {
        self.path = path
        self.name = name
    }

    /// Reads `file.sqlite#table`; nil for any other path.
    ///
    /// Endings: `.sqlite`, `.sqlite3`, `.db`.
    package init?(_ text: String) {
        guard let mark = text.lastIndex(of: "#") else { return nil }
        let (path, name) = (text[..<mark], text[text.index(after: mark)...])
        guard !name.isEmpty, [".sqlite", ".sqlite3", ".db"].contains(where: { path.hasSuffix($0) }) else { return nil }
        self.init(path: String(path), name: String(name))
    }
}
