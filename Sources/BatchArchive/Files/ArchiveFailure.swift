package import BlockGzip
package import SystemPackage

/// What the archive could not do, and where.
///
/// Holds facts; the text that a user reads is made in `BatchCommands/FailureText.swift`.
package struct ArchiveFailure: Error, Sendable, Hashable {
    /// What went wrong.
    package enum Cause: Sendable, Hashable {
        /// The system refused ("No space left on device").
        case system(Errno)
        /// A file is where a folder is expected.
        case notAFolder
        /// The batch id is not a valid file name (`[A-Za-z0-9_-]{1,128}`); `path` holds the id.
        case unsafeID
        /// Another run has locked the archive.
        case busy(LockHolder?)
        /// Compressed data that cannot be read.
        case gzip(GzipFailure)
        /// A manifest that cannot be read; the clause says why.
        case manifest(String)
        /// A file differs from its manifest or its journal; the clause says how.
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

extension ArchiveFailure {
    /// A refusal of the system; a file in the place of a folder has a cause of its own.
    init(_ code: Errno, _ operation: Operation, path: String) {
        self.init(code == .notDirectory ? .notAFolder : .system(code), operation, path: path)
    }

    /// The error code, if the system refused.
    package var code: Errno? {
        if case .system(let code) = cause { code } else { nil }
    }

    /// A file that must not be overwritten.
    package static func inTheWay(_ path: String) -> ArchiveFailure {
        ArchiveFailure(.system(.fileExists), .create, path: path)
    }

    /// Whether a file of that name exists already.
    package var isInTheWay: Bool { code == .fileExists }

    /// Whether the disk, or the user's share of it, is full.
    package var isDiskFull: Bool {
        code == .noSpace || code == .diskQuotaExceeded
    }
}
