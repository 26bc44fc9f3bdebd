import BatchArchive
import BatchPipeline
import MessageBatches
import Synchronization

/// Writes a receipt for each batch as soon as it is settled.
///
/// The lock guards the tries and keeps lines whole; events come from all batches at once.
final class ReceiptWriter: Sendable {
    private let folder: ArchiveFolder
    private let output: OutputWatch
    /// Reads begun of each batch under way, by id.
    private let attempts = Mutex<[String: Int]>([:])

    init(in folder: ArchiveFolder, to output: OutputWatch) {
        self.folder = folder
        self.output = output
    }

    /// Takes in what happens in the pipeline.
    @Sendable func observe(_ event: ExportEvent) {
        attempts.withLock { attempts in
            switch event {
            case .started(let batch): attempts[batch.id] = 1
            case .retrying(let id, _, _): attempts[id, default: 0] += 1
            case .finished(let batch, let outcome):
                let tries = attempts.removeValue(forKey: batch.id) ?? 0
                output.write(FetchReceipt(batch, outcome, attempts: tries, in: folder))
            case .skipped(let batch, let reason):
                output.write(FetchReceipt(batch, reason, in: folder))
            case .notRetrieved(let id, let failure):
                output.write(FetchReceipt(notRetrieved: id, failure))
            case .listed, .planned, .resumed, .advanced: break
            }
        }
    }
}
