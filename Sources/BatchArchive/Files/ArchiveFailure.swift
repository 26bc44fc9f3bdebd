import BatchPipeline
package import BlockGzip
package import SystemPackage

/// An error of the archive, with the file it concerns.
///
/// It contains facts only; `BatchCommands/FailureText.swift` makes the text for the user.
package struct ArchiveFailure: ArchiveError, Sendable, Hashable {
    /// What went wrong.
    package enum Cause: Sendable, Hashable {
        /// The system reported an error ("No space left on device").
        case system(Errno)
        /// A file is at the path of a folder.
        case notAFolder
        /// The path is not an archive; `near` has the paths of archives above it, in it or next to it.
        case notAnArchive(PathContent, near: [String])
        /// A new archive would be mixed with these other files of its folder.
        case otherFiles([String])
        /// The archive is a copy without raw files, which can only be read.
        case copyWithoutRaw
        /// Something else is at the path of a file.
        case notAFile(FileKind)
        /// A document has more than this many bytes.
        case tooLarge(limit: Int)
        /// No temporary file can be created; `path` is the folder.
        case noTemporaryFile(Errno)
        /// The batch id is not a valid file name (`[A-Za-z0-9_-]{1,128}`); `path` holds the id.
        case unsafeID
        /// Another run has locked the archive.
        case busy(LockHolder?)
        /// The compressed data is invalid.
        case gzip(GzipFailure)
        /// The batch has results but no raw file to read them from; the clause says why.
        case noRawFile(String)
        /// The manifest is invalid; the clause says why.
        case manifest(String)
        /// A file differs from its manifest or journal; the clause says how.
        case mismatch(String)
    }

    /// The operation that failed.
    package enum Operation: String, Sendable, Hashable {
        case open, create, read, write, sync, rename, remove, list, lock, compress
        case makeFolder = "make folder"
        case inspect
    }

    /// What is at a path that should be an archive.
    package enum PathContent: Sendable, Hashable {
        case missing, file, folder
    }

    package var cause: Cause
    package var operation: Operation
    /// The full path; it begins as the user wrote it.
    package var path: String

    package init(_ cause: Cause, _ operation: Operation, path: String) {
        self.cause = cause
        self.operation = operation
        self.path = path
    }
}

extension ArchiveFailure {
    /// Creates an error from a system error; a file at the path of a folder becomes the cause `notAFolder`.
    init(_ code: Errno, _ operation: Operation, path: String) {
        self.init(code == .notDirectory ? .notAFolder : .system(code), operation, path: path)
    }

    /// Returns the error for a path that is not an archive, with the archives near it.
    static func notAnArchive(_ path: String, _ content: PathContent) -> ArchiveFailure {
        let near = ArchiveSurroundings.archives(around: path, isMissing: content == .missing)
        return ArchiveFailure(.notAnArchive(content, near: near), .open, path: path)
    }

    /// The code of a system error.
    package var code: Errno? {
        if case .system(let code) = cause { code } else { nil }
    }

    /// Whether something is at the path that this program cannot have written.
    var isForeignObject: Bool {
        switch cause {
        case .notAFile, .tooLarge: true
        default: false
        }
    }

    package var obstacle: String? { isForeignObject ? path : nil }

    /// Returns the error for a file that must not be overwritten.
    package static func existingFile(_ path: String) -> ArchiveFailure {
        ArchiveFailure(.system(.fileExists), .create, path: path)
    }

    /// Whether the error is that a file with this name already exists.
    package var isExistingFile: Bool { code == .fileExists }
}
