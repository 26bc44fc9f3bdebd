import FoundationEssentials

/// The process that holds the lock of an archive, as recorded in the lock file.
package struct LockHolder: Sendable, Hashable, Codable {
    package var process: Int32
    package var host: String
    /// The time of locking, RFC 3339.
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

/// The exclusive right to write to an archive; one process holds it until it releases it, exits or crashes.
///
/// A kernel lock (`flock`), so it does not remain after a crash. The content of the lock file only identifies the
/// holder.
package struct ArchiveLock: ~Copyable, Sendable {
    private static let name = ".lock"
    private let file: OpenFile

    /// Locks the archive; creates its folder if necessary.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `busy` and what is known of the holder, without waiting.
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

    /// Returns whether a process holds the lock of an archive, without waiting and without creating a file.
    ///
    /// The lock is tried and released at once. False if that is not possible, for example on a file system without locks.
    package static func isHeld(in archive: ArchiveFolder) -> Bool {
        guard let file = try? archive.open(name), let isFree = try? file.lock() else { return false }
        return !isFree
    }
}
