package import BlockGzip

/// Something the archive could not do, with the place.
///
/// Holds facts, no sentences; the text a user reads is made in `BatchCommands/FailureText.swift`.
package struct ArchiveFailure: Error, Sendable, Hashable {
    /// What went wrong.
    package enum Cause: Sendable, Hashable {
        /// The system refused: `errno` and its text ("No space left on device").
        case system(code: Int32, text: String)
        /// A file stands where a folder is wanted.
        case notAFolder
        /// The batch id cannot be a file name as it is (`[A-Za-z0-9_-]{1,128}`); `path` holds the id.
        case unsafeID
        /// Another run holds the archive.
        case busy(LockHolder?)
        /// Compressed data that cannot be read.
        case gzip(GzipFailure)
        /// A manifest that cannot be read; the clause says why.
        case manifest(String)
        /// A file is not what its manifest or its journal says; the clause says in what.
        case mismatch(String)
    }

    /// What was tried.
    package enum Operation: String, Sendable, Hashable {
        case open, create, read, write, sync, rename, remove, list, lock, compress
        case makeFolder = "make folder"
        case inspect
    }

    package var cause: Cause
    package var operation: Operation
    /// The full path, as the user wrote its beginning.
    package var path: String

    package init(_ cause: Cause, _ operation: Operation, path: String) {
        self.cause = cause
        self.operation = operation
        self.path = path
    }
}
