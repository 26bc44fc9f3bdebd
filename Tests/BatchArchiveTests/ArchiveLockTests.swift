import Testing

@testable import BatchArchive

struct ArchiveLockTests {
    private let archive = TemporaryArchive()
    private let holder = LockHolder(process: 17, host: "here", since: "2024-08-20T00:00:00Z", command: "export")

    @Test func `a second run reports which process holds the archive`() throws {
        let lock = try ArchiveLock(archive.folder, as: holder)
        let path = archive.folder.path(".lock")
        #expect(throws: ArchiveFailure(.busy(holder), .lock, path: path)) {
            _ = try ArchiveLock(archive.folder, as: LockHolder(process: 18, host: "h", since: "s", command: "c"))
        }
        _ = consume lock
    }

    @Test func `the lock is free after its holder ends, although the file stays`() throws {
        do {
            let lock = try ArchiveLock(archive.folder, as: holder)
            _ = consume lock
        }
        #expect(try archive.paths() == [".lock"])
        let next = LockHolder(process: 1, host: "h", since: "s", command: "verify")
        let lock = try ArchiveLock(archive.folder, as: next)
        #expect(throws: ArchiveFailure(.busy(next), .lock, path: archive.folder.path(".lock"))) {
            _ = try ArchiveLock(archive.folder, as: holder)
        }
        _ = consume lock
    }

    @Test func `a lock file without details still locks`() throws {
        try archive.put(Array("nonsense".utf8), at: ".lock")
        let file = try archive.folder.open(".lock", .locking)
        #expect(try file.lock())
        #expect(throws: ArchiveFailure(.busy(nil), .lock, path: archive.folder.path(".lock"))) {
            _ = try ArchiveLock(archive.folder, as: holder)
        }
        try file.sync()
    }

    @Test func `a held lock is detected without acquiring it or creating its file`() throws {
        #expect(!ArchiveLock.isHeld(in: archive.folder))
        #expect(try archive.paths() == [])
        let lock = try ArchiveLock(archive.folder, as: holder)
        #expect(ArchiveLock.isHeld(in: archive.folder))
        _ = consume lock
        #expect(!ArchiveLock.isHeld(in: archive.folder))
        _ = try ArchiveLock(archive.folder, as: holder)
    }
}
