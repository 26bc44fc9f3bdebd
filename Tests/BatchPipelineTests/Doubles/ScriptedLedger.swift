import BatchPipeline
import MessageBatches
import Synchronization

/// A ledger with scripted advice that remembers its calls.
final class ScriptedLedger: BatchLedger {
    private let advice: ListingAdvice
    /// The batches whose results are lost if the API has removed them.
    private let seenBefore: Set<String>
    private let recordedListings = Mutex<[ListedBatches]>([])
    private let recordedBatches = Mutex<[String]>([])

    init(_ advice: ListingAdvice = ListingAdvice(), seenBefore: Set<String> = []) {
        self.advice = advice
        self.seenBefore = seenBefore
    }

    var listings: [ListedBatches] { recordedListings.withLock { $0 } }
    /// The IDs of the batches with a recorded outcome, in order.
    var recorded: [String] { recordedBatches.withLock { $0 } }

    func advice(on listed: ListedBatches) async -> ListingAdvice {
        recordedListings.withLock { $0.append(listed) }
        return advice
    }

    func record(_ outcome: BatchOutcome, of batch: MessageBatch) async -> Bool {
        recordedBatches.withLock { $0.append(batch.id) }
        if case .removed = outcome { return seenBefore.contains(batch.id) }
        return false
    }
}
