import Dispatch
import Synchronization

/// Publishes batches; those that wait at the same time form one group.
///
/// A disk syncs one folder for sixty batches as fast as for one. The syncs block, so they run on their own thread
/// instead of the shared thread pool. Nothing is published without syncs.
package final class Publisher: Sendable {
    private struct Waiting {
        var publication: Publication
        var done: CheckedContinuation<ArchiveFailure?, Never>
    }

    private struct State {
        var waiting: [Waiting] = []
        var isWorking = false
    }

    /// The maximum size of a group; it bounds the time that the first batch waits.
    private static let groupLimit = 64

    private let folder: ArchiveFolder
    private let thread = DispatchQueue(label: "batchkeep.publish")
    private let state = Mutex(State())

    package init(in folder: ArchiveFolder) {
        self.folder = folder
    }

    /// Publishes a batch and returns when it is on the disk.
    ///
    /// After an error, nothing of the batch is visible.
    package func publish(_ publication: Publication) async throws(ArchiveFailure) {
        let failure = await withCheckedContinuation { done in
            let mustStart = state.withLock { state in
                state.waiting.append(Waiting(publication: publication, done: done))
                defer { state.isWorking = true }
                return !state.isWorking
            }
            if mustStart { thread.async { self.work() } }
        }
        if let failure { throw failure }
    }

    private func work() {
        while let group = nextGroup() {
            let publications = group.map(\.publication)
            let failures = PublishPlan(publications).run(in: folder)
            for (waiting, failure) in zip(group, failures) {
                if failure != nil { removeUnpublished(waiting.publication) }
                waiting.done.resume(returning: failure)
            }
        }
    }

    /// Returns the batches that wait now; nil if there are none, and then the work ends.
    private func nextGroup() -> [Waiting]? {
        state.withLock { state in
            let group = Array(state.waiting.prefix(Self.groupLimit))
            state.waiting.removeFirst(group.count)
            state.isWorking = !group.isEmpty
            return group.isEmpty ? nil : group
        }
    }

    /// Removes the files of a failed publication, unless the batch has a document.
    ///
    /// If there is a document, the files belong to it, and `verify` checks them. The next run removes what cannot be
    /// removed now (``ArchiveRecovery``).
    private func removeUnpublished(_ publication: Publication) {
        guard (try? folder.status(publication.document.to)) == .some(nil) else { return }
        try? folder.remove(publication.document.from)
        for move in publication.moves {
            try? folder.remove(move.from)
            try? folder.remove(move.to)
        }
    }
}
