import Dispatch
import Synchronization

/// Makes batches visible, those that wait at the same time as one group: a disk syncs one folder for sixty batches as fast
/// as for one.
///
/// The syncs block, so they run on a thread of their own and not on the few that all tasks share. Nothing is ever published
/// without them.
package final class Publisher: Sendable {
    private struct Waiting {
        var publication: Publication
        var done: CheckedContinuation<ArchiveFailure?, Never>
    }

    private struct State {
        var waiting: [Waiting] = []
        var isWorking = false
    }

    /// No longer group than this, so that the first of it does not wait for ever.
    private static let groupLimit = 64

    private let folder: ArchiveFolder
    private let thread = DispatchQueue(label: "batchkeep.publish")
    private let state = Mutex(State())

    package init(in folder: ArchiveFolder) {
        self.folder = folder
    }

    /// Returns when the batch is visible and on the disk.
    ///
    /// After an error nothing of it is visible.
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
                if failure != nil { withdraw(waiting.publication) }
                waiting.done.resume(returning: failure)
            }
        }
    }

    /// What waits now, or nil and the work is over.
    private func nextGroup() -> [Waiting]? {
        state.withLock { state in
            let group = Array(state.waiting.prefix(Self.groupLimit))
            state.waiting.removeFirst(group.count)
            state.isWorking = !group.isEmpty
            return group.isEmpty ? nil : group
        }
    }

    /// Removes what a failed publication left, unless the batch has a document.
    ///
    /// With a document its files belong to that one, and `verify` will tell whether they fit. What cannot be removed now is found by the next run (``ArchiveRecovery``).
    private func withdraw(_ publication: Publication) {
        guard (try? folder.status(publication.document.to)) == .some(nil) else { return }
        try? folder.remove(publication.document.from)
        for move in publication.moves {
            try? folder.remove(move.from)
            try? folder.remove(move.to)
        }
    }
}
