import BatchArchive
import BatchPipeline
import MessageBatches
import Synchronization

/// The JSON line that `fetch` writes about one batch.
///
/// The line always has all keys.
///
/// Keys and states are part of the interface: they may be added, but not removed or renamed.
struct FetchReceipt: Encodable {
    /// The outcome of a batch.
    enum State: String, Encodable, CaseIterable {
        /// The batch is in the archive. If it was there before, `attempts` is 0 and the other values come from its
        /// manifest.
        case archived
        /// Another process is downloading the batch.
        case busy
        /// The API has not finished processing the batch.
        case pending
        /// The API removed the results.
        case removed
        case unavailable
        case quarantined
        case failed
    }

    /// Sizes in bytes.
    struct Volume: Encodable {
        /// The size of the results as received from the API.
        var received = 0
        /// The size of the data files and the manifest on disk.
        var stored = 0
    }

    let id: String
    let state: State
    /// The files of the batch: data files, then the manifest.
    ///
    /// Paths are relative to the archive.
    var files: [String] = []
    /// The number of archived results, by type.
    var counts: [String: Int] = [:]
    var bytes = Volume()
    /// The number of started downloads of the results.
    var attempts = 0
    /// The reason why the batch is not in the archive.
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
        // The value is null if there is no error, so that every line has the same keys for readers with a fixed schema.
        try document.encode(error, forKey: .error)
    }
}

extension FetchReceipt {
    /// Creates the receipt of a batch with an outcome.
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
        case .removed: state = .removed
        case .unavailable: state = .unavailable
        case .quarantined: state = .quarantined
        case .failed: state = .failed
        }
        self.init(id: batch.id, state: state, attempts: attempts, error: FailureText.clause(outcome))
    }

    /// Creates the receipt of a skipped batch.
    init(_ batch: MessageBatch, _ reason: SkipReason, in folder: ArchiveFolder) {
        switch reason {
        case .archived:
            self.init(archived: batch, in: folder)
        case .pending, .notSelected, .retryScheduled:
            self.init(id: batch.id, state: .pending, error: "its status is \(batch.status.name)")
        case .removed, .lost:
            self.init(id: batch.id, state: .removed, error: FailureText.clause(BatchOutcome.removed))
        }
    }

    /// Creates the receipt of an ID whose batch object could not be retrieved.
    init(notRetrieved id: String, _ failure: ServiceError) {
        let isUnknown = failure.status == 404 || failure.status == 410
        self.init(id: id, state: isUnknown ? .unavailable : .failed, error: FailureText.clause(failure))
    }

    private init(archived batch: MessageBatch, in folder: ArchiveFolder) {
        self.init(id: batch.id, state: .archived)
        do {
            guard let manifest = try ArchiveReader(folder).manifest(of: batch.id, on: batch.day) else { return }
            let kept = manifest.files.sorted { $0.key < $1.key }.map(\.value)
            files = kept.map(\.path) + [try ArchivePaths(of: batch).manifest]
            counts = manifest.found
            let raw = manifest.files[.raw]
            bytes.received = (raw?.received ?? raw?.content ?? manifest.pruned[.raw]?.content)?.bytes ?? 0
            bytes.stored = kept.reduce(manifest.json.count) { $0.addingClamped($1.slice?.count ?? $1.bytes) }
        } catch {
            // The batch is archived although its manifest cannot be read. `verify` reports the damage.
            self.error = FailureText.describing(error).sentence
        }
    }
}

/// Writes a receipt for each batch as soon as its state is final.
///
/// The lock protects the attempts and keeps lines whole, because events arrive from several batches concurrently.
final class ReceiptWriter: Sendable {
    private let folder: ArchiveFolder
    private let context: CommandContext
    private let cancellation: RunCancellation
    /// The number of downloads of each batch in progress, by ID.
    private let attempts = Mutex<[String: Int]>([:])

    /// Creates a writer to standard output.
    ///
    /// If the reader closes it, the writer cancels the run.
    init(in folder: ArchiveFolder, context: CommandContext, cancellation: RunCancellation) {
        self.folder = folder
        self.context = context
        self.cancellation = cancellation
    }

    /// Writes the receipt for an event that ends the work on a batch.
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
            case .listed, .planned, .limited, .resumed, .advanced, .waiting, .polled, .pollFailed, .ended: break
            }
        }
    }

    private func write(_ receipt: FetchReceipt) {
        guard !cancellation.isOutputClosed else { return }
        do {
            try context.writeDocument(receipt)
        } catch {
            cancellation.cancel(.output(error as? CommandFailure ?? .outputClosed))
        }
    }
}
