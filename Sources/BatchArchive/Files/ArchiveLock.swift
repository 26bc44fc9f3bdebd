import FoundationEssentials

/// Who holds an archive, as its lock file tells.
package struct LockHolder: Sendable, Hashable, Codable {
    package var process: Int32
    package var host: String
    /// RFC 3339.
    package var since: String
    /// The command, without secrets.
    package var command: String

    package init(process: Int32, host: String, since: String, command: String) {
        self.process = process
        self.host = host
        self.since = since
        self.command = command
    }
}

/// The right to write to an archive: held by one process until it gives it back, exits or dies.
///
/// A kernel lock (`flock`), not a file that stays behind after a crash. The file's content only tells others who it is.
package struct ArchiveLock: ~Copyable, Sendable {
    private static let name = ".lock"
    private let file: OpenFile

    /// Takes the lock, making the archive's folder if need be.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `busy` and what is known of the holder, at once.
    package init(_ archive: ArchiveFolder, as holder: LockHolder) throws(ArchiveFailure) {
        try archive.makeFolder("")
        let file = try archive.open(Self.name, .locking)
        guard try file.lock() else {
            let text = try file.read(at: 0, count: 4_096)
            let other = try? JSONDecoder().decode(LockHolder.self, from: Data(text))
            throw ArchiveFailure(.busy(other), .lock, path: file.path)
        }
        let text = (try? JSONEncoder().encode(holder)).map { [UInt8]($0) } ?? []
        try file.truncate(to: 0)
        try file.write(text.span)
        self.file = file
    }

    /// Gives the archive back.
    ///
    /// Until here the lock is held for sure: a value may otherwise end with its last use.
    package consuming func release() {}
}
