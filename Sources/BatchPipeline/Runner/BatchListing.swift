package import MessageBatches

/// The batches that an export selects.
package struct ExportSelection: Sendable {
    package var window: BatchWindow
    package var filter: BatchFilter
    /// Batches per page of the listing, 1 to 1000.
    package var pageSize: Int
    /// The beginning of the window that is not listed again; nil if there is none.
    ///
    /// All its batches were listed before and are archived, removed or lost.
    package var completed: CompletedWindow?
    /// Returns the selection extended by its window as of another time; nil if that changes nothing.
    package var asOf: (@Sendable (Timestamp) throws -> ExportSelection?)?

    /// The difference between the clocks of this machine and of the server that is accepted, in seconds.
    package static let clockTolerance: Int64 = 3_600

    package init(
        window: BatchWindow,
        filter: BatchFilter,
        pageSize: Int = 1_000,
        completed: CompletedWindow? = nil
    ) {
        self.window = window
        self.filter = filter
        self.pageSize = pageSize
        self.completed = completed
    }

    /// Returns the selection with its window extended by that of another one, so that neither of two clocks hides a
    /// batch.
    ///
    /// The completed beginning is that of the other, by the server's clock, if it reaches back far enough.
    package func extended(by other: ExportSelection) -> ExportSelection {
        var union = self
        union.window.since = window.since.flatMap { one in other.window.since.map { min(one, $0) } }
        union.window.until = window.until.flatMap { one in other.window.until.map { max(one, $0) } }
        union.completed = other.completed.flatMap { completed in
            guard let start = completed.since else { return completed }
            return union.window.since.map { start <= $0 } ?? false ? completed : nil
        }
        return union
    }

    /// Returns the selection as of the server's time, if the machine's clock differs too much and that changes it.
    func corrected(by server: Timestamp?, machine: Timestamp) throws -> ExportSelection? {
        guard let server, abs(server.seconds(since: machine)) > Double(Self.clockTolerance) else { return nil }
        return try asOf?(server)
    }

    /// The window without the part that is already complete.
    package var shortWindow: BatchWindow {
        guard let completed else { return window }
        return BatchWindow(since: window.since.map { max($0, completed.end) } ?? completed.end, until: window.until)
    }
}

/// Batches to export that do not come from a listing of this run.
package struct RequestedBatches: Sendable {
    /// Batch objects from an earlier listing.
    package var batches: [MessageBatch]
    /// The IDs of batches whose objects must be retrieved.
    package var ids: Set<String>

    package init(batches: [MessageBatch] = [], ids: Set<String> = []) {
        self.batches = batches
        self.ids = ids
    }
}

/// The first step of a run: finds its batches by walking the listing or by ID.
struct BatchListing {
    let ports: ExportPorts
    let settings: ExportSettings

    /// Lists the batches of the window, or retrieves those that the filter names.
    func list(_ planned: ExportSelection, into report: inout ExportReport) async throws -> ListedBatches {
        var selection = planned
        if let ids = selection.filter.ids {
            let listed = try await list(RequestedBatches(ids: ids), of: selection.filter.shard, into: &report)
            if listed.batches.isEmpty, let first = report.notRetrieved.min(by: { $0.key < $1.key }) {
                throw first.value
            }
            return listed
        }
        var window = selection.shortWindow
        var walk = walk(of: window, pageSize: selection.pageSize)
        var listed = ListedBatches()
        while let batches = try await walk.next() {
            if let corrected = try selection.corrected(by: walk.head?.date, machine: ports.now()) {
                (selection, report.corrected) = (corrected, corrected)
                window = selection.shortWindow
                walk = self.walk(of: window, pageSize: walk.pageSize.current)
                continue
            }
            if let completed = selection.completed, window != selection.window,
                walk.head?.workspaceID != completed.workspaceID
            {
                // Another workspace has other batches, and its window may not be complete.
                window = selection.window
                walk = self.walk(of: window, pageSize: walk.pageSize.current)
                continue
            }
            listed.batches += batches.filter { selection.filter.shard?.contains($0.id) ?? true }
            (report.listed, report.inWindow) = (walk.listed, listed.batches.count)
            ports.observe(.listed(total: report.listed, inWindow: report.inWindow))
        }
        report.isListingOrdered = walk.isOrdered
        if walk.pageSize.current < selection.pageSize { report.reducedPageSize = walk.pageSize.current }
        let malformed = walk.malformed.filter { $0.id.flatMap { selection.filter.shard?.contains($0) } ?? true }
        listed.serverDate = walk.head?.date
        try await count(malformed, serverDate: listed.serverDate, into: &report)
        listed.isKeyAccepted = true
        report.completedBefore = window == selection.window ? nil : window.since
        // The window is not complete, because this run ignores the batches of the other shards.
        guard selection.filter.shard == nil else { return listed }
        // A later run lists the window again, because a malformed batch may be valid then.
        guard report.unreadable == 0 else { return listed }
        listed.listedSince = window.since ?? Timestamp(seconds: 0)
        // A batch with a date in the future must not hide the batches that are created until then.
        let clock = listed.serverDate ?? ports.now()
        let times = listed.batches.map(\.createdAt) + malformed.compactMap(\.createdAt)
        listed.completed = times.filter { $0 <= clock }.max()
            .map { newest in
                CompletedWindow(since: window.since, end: newest, workspaceID: walk.head?.workspaceID)
            }
        return listed
    }

    /// Counts the malformed batches of the window, and reports those that may still be downloaded as not retrieved.
    private func count(
        _ malformed: [MalformedBatch],
        serverDate: Timestamp?,
        into report: inout ExportReport
    ) async throws {
        report.inWindow += malformed.count
        let archived = try await ports.archive.archivedIDs(among: malformed.compactMap(\.identified))
        for (index, batch) in malformed.enumerated() {
            let id = batch.id ?? "a batch without an ID (\(index + 1))"
            if archived.contains(id) {
                report.alreadyArchived += 1
            } else if batch.isRemoved(asOf: serverDate) {
                report.removed += 1
                report.removedUnreadable[id] = batch.reason
            } else {
                let error = ServiceError(code: .malformedBatch(batch.reason), operation: ServiceError.listing)
                report.notRetrieved[id] = error
                ports.observe(.notRetrieved(id: id, error))
            }
        }
    }

    /// Uses the given batch objects and retrieves the others by ID, without a walk of the listing.
    func list(
        _ asked: RequestedBatches,
        of shard: BatchShard? = nil,
        into report: inout ExportReport
    ) async throws -> ListedBatches {
        var listed = ListedBatches(batches: asked.batches)
        try await retrieve(asked.ids.subtracting(asked.batches.map(\.id)), into: &listed, &report)
        listed.batches.removeAll { shard?.contains($0.id) == false }
        report.inWindow = listed.batches.count + report.unreadable
        report.listed = report.inWindow
        return listed
    }

    private func walk(of window: BatchWindow, pageSize: Int) -> BatchWalk {
        BatchWalk(lister: ports.lister, walker: PageWalker(window: window, pageSize: pageSize))
    }

    /// Requests batch objects, several at once.
    ///
    /// If the object of a batch is not available, the other batches are still retrieved. Throws the first refusal if
    /// there are only refusals, see ``RefusalCount``.
    private func retrieve(
        _ ids: Set<String>,
        into listed: inout ListedBatches,
        _ report: inout ExportReport
    ) async throws {
        var waiting = ids.sorted()[...]
        var refusals = RefusalCount(isKeyAccepted: false)
        try await mapConcurrently(limit: settings.concurrency.highest, order: .completion) {
            waiting.popFirst()
        } work: { [ports] id in
            do throws(ServiceError) {
                return (id, Result.success(try await ports.lister.messageBatch(id: id)))
            } catch {
                return (id, Result.failure(error))
            }
        } consume: { (id, answer: Result<(batch: MessageBatch, head: ReplyHead), ServiceError>) in
            switch answer {
            case .success(let (batch, head)):
                listed.batches.append(batch)
                listed.serverDate = head.date ?? listed.serverDate
                listed.isKeyAccepted = true
                refusals.recordAnswer()
            case .failure(let error):
                guard !error.concernsEveryBatch else { throw error }
                report.notRetrieved[id] = error
                ports.observe(.notRetrieved(id: id, error))
                refusals.record(error)
                if let refusal = refusals.refusedKey { throw refusal }
            }
            return .proceed
        }
        if let refusal = refusals.refusedKeyAtEnd { throw refusal }
    }
}
