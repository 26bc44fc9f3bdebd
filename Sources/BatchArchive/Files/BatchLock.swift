import BatchPipeline
import Synchronization

/// The right to work on one batch: its draft, its publication, what a killed process left of both.
///
/// A kernel lock (`flock`) on `_partial/ID.lock`, so it ends with the process that holds it. It keeps processes on different
/// machines apart where the file system passes such locks on: NFS does on Linux, many other shares do not.
struct BatchLock: ~Copyable, Sendable {
    private let file: OpenFile
    private let folder: ArchiveFolder
    private let path: String

    /// Takes the lock of a batch at once; nil if it is taken.
    static func take(_ id: String, in folder: ArchiveFolder) throws(ArchiveFailure) -> BatchLock? {
        let path = ArchivePaths.lock(of: id)
        while true {
            let file = try folder.open(path, .locking)
            guard try file.lock() else { return nil }
            // The one before may have removed the file between the two calls: then the lock is on a file nobody else finds.
            if try file.isNamed() { return BatchLock(file: file, folder: folder, path: path) }
        }
    }

    private init(file: consuming OpenFile, folder: ArchiveFolder, path: String) {
        self.file = file
        self.folder = folder
        self.path = path
    }

    /// Gives the batch back.
    ///
    /// A file that cannot be removed locks nothing: the next run finds it free and removes it.
    consuming func release() {
        try? folder.remove(path)
        // Until here the lock is held for sure: a value may otherwise end with its last use.
        _ = consume file
    }
}

/// A batch's lock in the hands of the pipeline.
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
