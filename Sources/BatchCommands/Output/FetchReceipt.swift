import BatchArchive
import BatchPipeline
import MessageBatches
import Synchronization

/// What `fetch` reports about one batch: one line of JSON that always has all keys.
///
/// Keys and states are part of the interface.
struct FetchReceipt: Encodable {
    /// The outcome of a batch.
    enum State: String, Encodable, CaseIterable {
        case archived
        /// It was in the archive; the facts are those of its manifest.
        case alreadyArchived = "already_archived"
        /// Another process is working on it.
        case busy
        case notEnded = "not_ended"
        case withdrawn
        case unavailable
        case quarantined
        case failed
    }

    /// Sizes in bytes.
    struct Volume: Encodable {
        /// The results as the service sent them.
        var received = 0
        /// Data files and manifest on disk.
        var stored = 0
    }

    let id: String
    let state: State
    /// Paths relative to the archive: data files, then the manifest.
    var files: [String] = []
    /// Result lines archived, by type.
    var counts: [String: Int] = [:]
    var bytes = Volume()
    /// Downloads of its results, started ones included.
    var attempts = 0
    /// Why it is not in the archive.
    var error: String?

    private enum CodingKeys: String, CodingKey {
        case id, state, files, counts, bytes, attempts, error
    }

    func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode(id, forKey: .id)
        try document.encode(state, forKey: .state)
        try document.encode(files, forKey: .files)
        try document.encode(counts, forKey: .counts)
        try document.encode(bytes, forKey: .bytes)
        try document.encode(attempts, forKey: .attempts)
        // Null, not missing: readers with a fixed schema see the same keys in every line.
        try document.encode(error, forKey: .error)
    }
}

extension FetchReceipt {
    /// The receipt of a batch that was worked on.
    init(_ batch: MessageBatch, _ outcome: BatchOutcome, attempts: Int, in folder: ArchiveFolder) {
        let state: State
        switch outcome {
        case .archived(let published, let proof, let bytes):
            self.init(id: batch.id, state: .archived)
            (files, counts) = (published.files, proof.found)
            self.bytes = Volume(received: bytes, stored: published.storedBytes)
            self.attempts = attempts
            return
        case .alreadyArchived:
            self.init(archived: batch, in: folder)
            return
        case .busy: state = .busy
        case .removed: state = .withdrawn
        case .unavailable: state = .unavailable
        case .quarantined: state = .quarantined
        case .failed: state = .failed
        }
        self.init(id: batch.id, state: state, attempts: attempts, error: FailureText.clause(outcome))
    }

    /// The receipt of a batch that was skipped.
    init(_ batch: MessageBatch, _ reason: SkipReason, in folder: ArchiveFolder) {
        switch reason {
        case .archived:
            self.init(archived: batch, in: folder)
        case .notEnded, .notSelected, .retryScheduled:
            self.init(id: batch.id, state: .notEnded, error: "its status is \(batch.status.name)")
        case .removed, .lost:
            self.init(id: batch.id, state: .withdrawn, error: FailureText.clause(BatchOutcome.removed))
        }
    }

    /// The receipt of an id without a batch object.
    init(notRetrieved id: String, _ failure: ServiceError) {
        let isUnknown = failure.status == 404 || failure.status == 410
        self.init(id: id, state: isUnknown ? .unavailable : .failed, error: FailureText.clause(failure))
    }

    private init(archived batch: MessageBatch, in folder: ArchiveFolder) {
        self.init(id: batch.id, state: .alreadyArchived)
        do {
            guard let manifest = try ArchiveReader(folder).manifest(of: batch.id, on: batch.day) else { return }
            let kept = manifest.files.sorted { $0.key < $1.key }.map(\.value)
            files = kept.map(\.path) + [try ArchivePaths(of: batch).manifest]
            counts = manifest.found
            let raw = manifest.files[.raw]
            bytes.received = (raw?.received ?? raw?.content ?? manifest.pruned[.raw]?.content)?.bytes ?? 0
            bytes.stored = kept.reduce(manifest.json.count) { $0 + ($1.slice?.count ?? $1.bytes) }
        } catch {
            // It is archived nevertheless; verify reports the damage.
            self.error = FailureText(error)?.sentence ?? FailureText.unexpected(error).sentence
        }
    }
}

/// Writes a receipt for each batch as soon as its state is final.
///
/// The lock guards the tries and keeps lines whole; events come from all batches at once.
final class ReceiptWriter: Sendable {
    private let folder: ArchiveFolder
    private let context: CommandContext
    private let cancellation: RunCancellation
    /// Reads of each batch in progress, by ID.
    private let attempts = Mutex<[String: Int]>([:])

    /// A writer to standard output; `cancellation` ends the run if nobody reads it.
    init(in folder: ArchiveFolder, context: CommandContext, cancellation: RunCancellation) {
        self.folder = folder
        self.context = context
        self.cancellation = cancellation
    }

    /// Gets what happens in the pipeline.
    @Sendable func observe(_ event: ExportEvent) {
        attempts.withLock { attempts in
            switch event {
            case .started(let batch): attempts[batch.id] = 1
            case .retrying(let id, _, _): attempts[id, default: 0] += 1
            case .finished(let batch, let outcome):
                let tries = attempts.removeValue(forKey: batch.id) ?? 0
                write(FetchReceipt(batch, outcome, attempts: tries, in: folder))
            case .skipped(let batch, let reason):
                write(FetchReceipt(batch, reason, in: folder))
            case .notRetrieved(let id, let failure):
                write(FetchReceipt(notRetrieved: id, failure))
            case .listed, .planned, .resumed, .advanced: break
            }
        }
    }

    private func write(_ receipt: FetchReceipt) {
        guard !cancellation.isOutputClosed else { return }
        do {
            try context.writeDocument(receipt)
        } catch {
            cancellation.cancel(.outputClosed)
        }
    }
}
