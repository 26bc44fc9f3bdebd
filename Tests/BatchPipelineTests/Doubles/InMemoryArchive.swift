import BatchPipeline
import JSONLines
import MessageBatches
import Synchronization

/// An archive that keeps everything in memory and fails where it is told to.
final class InMemoryArchive: ArchiveSink {
    /// An error of this archive, named after the call that throws it.
    struct Failure: Error, Equatable {
        let call: String
    }

    /// What became of a draft.
    struct Kept: Sendable {
        var raw: [UInt8]
        var flatRows: [UInt8]
        var proof: BatchProof
        var reasons: [String] = []
    }

    private struct State {
        var archived: [String: Kept] = [:]
        var quarantined: [String: Kept] = [:]
        /// Ids in the order their drafts were opened, each as often as one was.
        var opened: [String] = []
        var parked: [String: [SealedBlock]] = [:]
        var discarded: [String] = []
        var finishedRuns = 0
        var failingCalls: Set<String> = []
    }

    private let state = Mutex(State())
    /// Called before a block is sealed.
    let willSeal: @Sendable (LineBlock) -> Void
    /// Called before a block is appended.
    let willAppend: @Sendable (SealedBlock) async -> Void
    /// Called before a batch is published.
    let willPublish: @Sendable (String) async -> Void
    /// Called when the draft of a batch was discarded.
    let didDiscard: @Sendable (String) -> Void

    init(
        willSeal: @escaping @Sendable (LineBlock) -> Void = { _ in },
        willAppend: @escaping @Sendable (SealedBlock) async -> Void = { _ in },
        willPublish: @escaping @Sendable (String) async -> Void = { _ in },
        didDiscard: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.willSeal = willSeal
        self.willAppend = willAppend
        self.willPublish = willPublish
        self.didDiscard = didDiscard
    }

    var archived: [String: Kept] { state.withLock { $0.archived } }
    var quarantined: [String: Kept] { state.withLock { $0.quarantined } }
    var opened: [String] { state.withLock { $0.opened } }
    var discarded: [String] { state.withLock { $0.discarded } }
    /// How many blocks lie parked of each batch.
    var parked: [String: Int] { state.withLock { $0.parked.mapValues(\.count) } }
    var finishedRuns: Int { state.withLock { $0.finishedRuns } }

    /// From now on the calls of these names throw.
    func fail(_ calls: String...) {
        state.withLock { $0.failingCalls = Set(calls) }
    }

    func check(_ call: String) throws {
        if state.withLock({ $0.failingCalls.contains(call) }) { throw Failure(call: call) }
    }

    func archivedIDs() async throws -> Set<String> {
        try check("archivedIDs")
        return Set(archived.keys)
    }

    func openDraft(of batch: MessageBatch) async throws -> any BatchDraft {
        try check("openDraft")
        state.withLock { state in
            state.opened.append(batch.id)
            state.parked[batch.id] = nil
        }
        return InMemoryDraft(of: batch.id, in: self)
    }

    func reopenDraft(of batch: MessageBatch) async throws -> (any BatchDraft)? {
        try check("reopenDraft")
        let parked = state.withLock { $0.parked.removeValue(forKey: batch.id) }
        return parked.map { InMemoryDraft(of: batch.id, in: self, goingOnWith: $0) }
    }

    func finishRun() async throws {
        state.withLock { $0.finishedRuns += 1 }
        try check("finishRun")
    }

    func publish(_ kept: Kept) {
        state.withLock { $0.archived[kept.proof.batch.id] = kept }
    }

    func quarantine(_ kept: Kept) {
        state.withLock { $0.quarantined[kept.proof.batch.id] = kept }
    }

    func park(_ id: String, _ blocks: [SealedBlock]) {
        state.withLock { $0.parked[id] = blocks }
    }

    func discard(_ id: String) {
        state.withLock { $0.discarded.append(id) }
        didDiscard(id)
    }
}
