import BatchPipeline
import JSONLines
import MessageBatches
import Synchronization

/// An archive that keeps everything in memory and throws errors on request.
final class InMemoryArchive: ArchiveSink {
    /// An error of this archive, named after the call that throws it.
    struct Failure: Error, Equatable {
        let call: String
    }

    /// The final state of a draft.
    struct StoredBatch: Sendable {
        var raw: [UInt8]
        var flatRows: [UInt8]
        var proof: BatchProof
        var reasons: [String] = []
    }

    private struct State {
        var archived: [String: StoredBatch] = [:]
        var quarantined: [String: StoredBatch] = [:]
        /// IDs in the order in which their drafts were opened, one entry per draft.
        var opened: [String] = []
        var partial: [String: [SealedBlock]] = [:]
        var discarded: [String] = []
        var claimed: Set<String> = []
        var finishedRuns = 0
        var failingCalls: Set<String> = []
    }

    private let state = Mutex(State())
    /// IDs that another process has claimed.
    let heldElsewhere: Set<String>
    /// IDs that another process archives between the listing and the claim.
    let archivedElsewhere: Set<String>
    /// Called before a block is compressed.
    let willSeal: @Sendable (LineBlock) -> Void
    /// Called before a block is appended.
    let willAppend: @Sendable (SealedBlock) async -> Void
    /// Called before a batch is published.
    let willPublish: @Sendable (String) async -> Void
    /// Called after the draft of a batch is discarded.
    let didDiscard: @Sendable (String) -> Void

    init(
        willSeal: @escaping @Sendable (LineBlock) -> Void = { _ in },
        willAppend: @escaping @Sendable (SealedBlock) async -> Void = { _ in },
        willPublish: @escaping @Sendable (String) async -> Void = { _ in },
        didDiscard: @escaping @Sendable (String) -> Void = { _ in },
        heldElsewhere: Set<String> = [],
        archivedElsewhere: Set<String> = []
    ) {
        self.heldElsewhere = heldElsewhere
        self.archivedElsewhere = archivedElsewhere
        self.willSeal = willSeal
        self.willAppend = willAppend
        self.willPublish = willPublish
        self.didDiscard = didDiscard
    }

    /// Creates an archive in which no download continues before `limit` of them have reached this point at once.
    convenience init(holdingAppendsUntil limit: Int, countedBy running: Counter) {
        let full = Gate()
        self.init(willAppend: { _ in
            running.add()
            if running.highest == limit { full.open() }
            await full.pass()
            running.add(-1)
        })
    }

    var archived: [String: StoredBatch] { state.withLock { $0.archived } }
    var quarantined: [String: StoredBatch] { state.withLock { $0.quarantined } }
    var opened: [String] { state.withLock { $0.opened } }
    /// The IDs of claimed batches.
    var claimed: Set<String> { state.withLock { $0.claimed } }
    var discarded: [String] { state.withLock { $0.discarded } }
    /// The number of blocks in the partial draft of each batch.
    var partial: [String: Int] { state.withLock { $0.partial.mapValues(\.count) } }
    var finishedRuns: Int { state.withLock { $0.finishedRuns } }

    /// Makes the calls of these names throw from now on.
    func fail(_ calls: String...) {
        state.withLock { $0.failingCalls = Set(calls) }
    }

    func check(_ call: String) throws {
        if state.withLock({ $0.failingCalls.contains(call) }) { throw Failure(call: call) }
    }

    func archivedIDs(among batches: [MessageBatch]) async throws -> Set<String> {
        try check("archivedIDs")
        return Set(archived.keys).intersection(batches.map(\.id))
    }

    func claim(_ batch: MessageBatch) async throws -> (any BatchClaim)? {
        try check("claim")
        guard !heldElsewhere.contains(batch.id) else { return nil }
        return state.withLock { state in
            guard state.claimed.insert(batch.id).inserted else { return nil }
            let isArchived = state.archived[batch.id] != nil || archivedElsewhere.contains(batch.id)
            return InMemoryClaim(isArchived: isArchived) { [self] in release(batch.id) }
        }
    }

    private func release(_ id: String) {
        _ = state.withLock { $0.claimed.remove(id) }
    }

    func openDraft(of batch: MessageBatch) async throws -> any BatchDraft {
        try check("openDraft")
        state.withLock { state in
            state.opened.append(batch.id)
            state.partial[batch.id] = nil
        }
        return InMemoryDraft(of: batch.id, in: self)
    }

    func reopenDraft(of batch: MessageBatch) async throws -> (any BatchDraft)? {
        try check("reopenDraft")
        let partial = state.withLock { $0.partial.removeValue(forKey: batch.id) }
        return partial.map { InMemoryDraft(of: batch.id, in: self, resuming: $0) }
    }

    func finishRun() async throws {
        state.withLock { $0.finishedRuns += 1 }
        try check("finishRun")
    }

    func publish(_ stored: StoredBatch) {
        state.withLock { $0.archived[stored.proof.batch.id] = stored }
    }

    func quarantine(_ stored: StoredBatch) {
        state.withLock { $0.quarantined[stored.proof.batch.id] = stored }
    }

    func park(_ id: String, _ blocks: [SealedBlock]) {
        state.withLock { $0.partial[id] = blocks }
    }

    func discard(_ id: String) {
        state.withLock { $0.discarded.append(id) }
        didDiscard(id)
    }
}

/// A claim that reports its release.
private struct InMemoryClaim: BatchClaim {
    let isArchived: Bool
    let given: @Sendable () -> Void

    func release() async { given() }
}
