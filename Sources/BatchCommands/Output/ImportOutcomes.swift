import BatchPipeline
import MessageBatches
import Synchronization

/// Collects the outcomes of files during an import.
///
/// The lock protects `state`, because events arrive from several batches concurrently.
final class ImportOutcomes: Sendable {
    private let state: Mutex<[ImportedFile]>

    init(_ files: [ImportedFile]) {
        state = Mutex(files)
    }

    var files: [ImportedFile] { state.withLock { $0 } }

    @Sendable func observe(_ event: ExportEvent) {
        switch event {
        case .finished(let batch, let outcome):
            change(batch.id) { $0.record(outcome) }
        case .skipped(let batch, .pending):
            change(batch.id) { ($0.state, $0.reason) = (.pending, "the API has not finished processing the batch") }
        case .skipped(let batch, _):
            change(batch.id) { $0.state = .alreadyArchived }
        case .notRetrieved(let id, let error):
            change(id) { ($0.state, $0.reason) = (.unavailable, FailureText.clause(error)) }
        default: break
        }
    }

    private func change(_ id: String, _ change: (inout ImportedFile) -> Void) {
        state.withLock { files in
            for index in files.indices where files[index].batchID == id && files[index].state != .refused {
                change(&files[index])
            }
        }
    }
}
