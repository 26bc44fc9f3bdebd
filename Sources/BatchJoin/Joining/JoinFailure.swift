/// An error that makes it impossible to join with a source; it contains only facts.
package struct JoinFailure: Error, Sendable, Hashable {
    /// The reasons why a source cannot be used.
    package enum Cause: Sendable, Hashable {
        case notFound
        /// The path is a folder or a special file.
        case notAFile
        /// The name does not show the format.
        case unknownFormat
        /// The name does not have the form `FILE.sqlite#TABLE`, which a database needs.
        case noTable
        /// The source has no column of this name; `found` lists its columns.
        case noKeyColumn(String, found: [String])
        case repeatedColumn(String)
        case row(line: Int, byte: Int, reason: String)
        /// The text is not UTF-8; the value names the detected encoding.
        case encoding(String)
        /// The gzip data is damaged; the value describes the damage.
        case gzip(String)
        /// The file was changed, truncated or replaced during the run.
        case changed
        /// The source is larger than 1 TiB.
        case tooLarge
        /// The database cannot be read; the value gives the reason.
        case database(String)
        /// Another program had locked the database for this number of seconds.
        case locked(seconds: Int)
        /// The latest changes of the database are in another file, which cannot be read without writing.
        case unmergedChanges(in: String)
        /// Two sources would have the same name in the output, or a source has a reserved name.
        case name(String)
        /// Neither the path nor a column says to which batch an ID belongs.
        case noBatch
        /// The source contains metadata, but requests are needed.
        case noRequests
        /// A line of the record of an earlier retry is invalid; the path is that of the record.
        case retryRecord(line: Int)
        /// Another process writes request files; the path is that of the archive.
        case retryRunning
    }

    package var cause: Cause
    /// The path as the user wrote it.
    package var path: String

    package init(_ cause: Cause, path: String) {
        self.cause = cause
        self.path = path
    }
}

extension JoinFailure {
    /// Whether the options are invalid, independent of what the files contain later.
    var concernsOptions: Bool {
        switch cause {
        case .unknownFormat, .noTable, .name: true
        default: false
        }
    }
}
