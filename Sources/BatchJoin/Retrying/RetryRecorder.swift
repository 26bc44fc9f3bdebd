import BatchArchive
import MessageBatches

/// Records in the archive which requests a retry writes, so that the next retry can skip them.
///
/// `_retries/date=…/ID.N.ndjson` has the requests of one batch in its Nth retry, in the form of the lineage files, with
/// absolute paths. The files are hidden until all request files are complete. A retry does not fail if its record cannot
/// be written, for example because the archive is read-only: ``failure`` then says why.
///
/// Used by one task.
final class RetryRecorder {
    private static let lockName = "\(ArchivePaths.retries)/.lock"

    private let archive: ArchiveFolder
    private let output: ArchiveFolder
    private let now: Timestamp
    private var lock: OpenFile?
    private var draft: Draft?
    private var complete: [(folder: ArchiveFolder, name: String)] = []
    /// The reason why the record could not be written; nil if nothing failed.
    private(set) var failure: ArchiveFailure?

    /// The record of the current batch.
    private final class Draft {
        let batchID: String
        let folder: ArchiveFolder
        let name: String
        var lines: LineFile

        init(of batch: MessageBatch, in archive: ArchiveFolder) throws(ArchiveFailure) {
            let paths = try ArchivePaths(of: batch)
            let numbers = try archive.names(in: paths.retryFolder).compactMap { paths.number(ofRetryRecord: $0) }
            let path = paths.retryRecord((numbers.max() ?? 0) + 1)
            try archive.makeFolder(paths.retryFolder)
            batchID = batch.id
            folder = ArchiveFolder(archive.path(paths.retryFolder))
            name = String(path.dropFirst(paths.retryFolder.count + 1))
            lines = LineFile(name, in: folder)
        }
    }

    /// Locks the records of an archive for one retry.
    ///
    /// `output` has the absolute path of the folder for the request files.
    ///
    /// - Throws: ``JoinFailure`` with the cause `retryRunning` if another process writes request files.
    init(in archive: ArchiveFolder, output: ArchiveFolder, now: Timestamp) throws(JoinFailure) {
        (self.archive, self.output, self.now) = (archive, output, now)
        var isFree = true
        do throws(ArchiveFailure) {
            try archive.makeFolder(ArchivePaths.retries)
            let file = try archive.open(Self.lockName, .locking)
            isFree = try file.lock()
            lock = consume file
        } catch {
            failure = error
        }
        guard isFree else { throw JoinFailure(.retryRunning, path: archive.root) }
    }

    /// Records a request; `part` is the name of its file.
    func append(_ origin: RetryOrigin, of batch: MessageBatch, part: String) {
        attempt { () throws(ArchiveFailure) in
            if draft?.batchID != batch.id {
                try closeDraft()
                draft = try Draft(of: batch, in: archive)
            }
            try draft?.lines.append(origin.line(part: output.path(part), retriedAt: now))
        }
    }

    /// Makes the records visible, after the request files are complete.
    func finish() {
        attempt { () throws(ArchiveFailure) in
            try closeDraft()
            for (folder, name) in complete { try folder.rename(LineFile.hidden(name), to: name) }
            for folder in Set(complete.map(\.folder)) { try folder.sync("") }
            complete = []
        }
    }

    /// Removes the records that are not visible yet.
    func discard() {
        // If a file cannot be removed, it stays hidden.
        if let draft { try? draft.folder.remove(LineFile.hidden(draft.name)) }
        for (folder, name) in complete { try? folder.remove(LineFile.hidden(name)) }
        (draft, complete) = (nil, [])
    }

    private func closeDraft() throws(ArchiveFailure) {
        guard let draft else { return }
        _ = try draft.lines.close()
        complete.append((draft.folder, draft.name))
        self.draft = nil
    }

    /// Does nothing after a failure.
    private func attempt(_ body: () throws(ArchiveFailure) -> Void) {
        guard failure == nil else { return }
        do throws(ArchiveFailure) {
            try body()
        } catch {
            failure = error
            discard()
        }
    }
}
