import BatchArchive
import BatchPipeline
import MessageBatches
import Synchronization

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
            case .passedOver(let batch, let reason):
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
