/// A source that cannot be joined with, as facts.
package struct JoinFailure: Error, Sendable, Hashable {
    /// What is wrong.
    package enum Cause: Sendable, Hashable {
        case notFound
        /// A folder or something else that is no file.
        case notAFile
        /// The format cannot be told from the name.
        case unknownFormat
        /// There is no such column; the ones there are.
        case noKeyColumn(String, found: [String])
        case repeatedColumn(String)
        case row(line: Int, byte: Int, reason: String)
        /// Not UTF-8; the name of what it seems to be.
        case encoding(String)
        /// A damaged gzip; the clause says what is wrong.
        case gzip(String)
        /// The file was written to, cut off or replaced since the run began.
        case changed
        /// More than 1 TiB.
        case tooLarge
        /// A database that cannot be read; the clause says why.
        case database(String)
        /// Two sources would have one name in the output, or one has a name of the output's own.
        case name(String)
        /// Neither the path nor a column says which batch an id belongs to.
        case noBatch
        /// Metadata where requests are wanted.
        case noRequests
    }

    package var cause: Cause
    /// As the user wrote it.
    package var path: String

    package init(_ cause: Cause, path: String) {
        self.cause = cause
        self.path = path
    }
}
