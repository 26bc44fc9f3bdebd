import BatchPipeline
import Synchronization

/// The exclusive right to work on one batch: its draft, its publication, and the recovery of both.
///
/// A kernel lock (`flock`) on `_partial/ID.lock`, so it ends with the process that holds it. It works across machines
/// only if the file system supports that: NFS on Linux does, many other network shares do not.
struct BatchLock: ~Copyable, Sendable {
    private let file: OpenFile
    private let folder: ArchiveFolder
    private let path: String

    /// Locks a batch without waiting; nil if another process holds the lock.
    static func acquire(_ id: String, in folder: ArchiveFolder) throws(ArchiveFailure) -> BatchLock? {
        let path = ArchivePaths.lock(of: id)
        while true {
            let file = try folder.open(path, .locking)
            guard try file.lock() else { return nil }
            // The previous holder may have removed the file between the two calls. Then this lock is on a file without
            // a name.
            if try file.isNamed() { return BatchLock(file: file, folder: folder, path: path) }
        }
    }

    private init(file: consuming OpenFile, folder: ArchiveFolder, path: String) {
        self.file = file
        self.folder = folder
        self.path = path
    }

    /// Releases the batch.
    ///
    /// If the file cannot be removed, it locks nothing: the next run can lock and remove it.
    consuming func release() {
        try? folder.remove(path)
        // Keep the lock alive until here: a value may otherwise end after its last use.
        _ = consume file
    }
}

/// The lock of a batch, as the pipeline holds it.
final class FileClaim: BatchClaim {
    let isArchived: Bool
    private let lock: Mutex<BatchLock?>

    init(_ lock: consuming BatchLock, isArchived: Bool) {
        self.isArchived = isArchived
        self.lock = Mutex(consume lock)
    }

    func release() async {
        lock.withLock { lock in
            if let held = lock.take() { held.release() }
        }
    }
}
