package import MessageBatches

/// Batches to fetch that were listed elsewhere.
package struct AskedBatches: Sendable {
    /// Objects as a listing showed them.
    package var batches: [MessageBatch]
    /// Batches of which only the id is known.
    package var ids: Set<String>

    package init(batches: [MessageBatch] = [], ids: Set<String> = []) {
        self.batches = batches
        self.ids = ids
    }
}

/// The beginning of a run: the batches it is about, from the listing or one by one.
struct BatchListing {
    let ports: ExportPorts
    let settings: ExportSettings

    /// Walks the window, or retrieves the batches the filter names.
    func survey(_ selection: ExportSelection, into report: inout ExportReport) async throws -> ListedBatches {
        if let ids = selection.filter.ids {
            let survey = try await survey(AskedBatches(ids: ids), of: selection.filter.shard, into: &report)
            if survey.batches.isEmpty, let first = report.notRetrieved.min(by: { $0.key < $1.key }) {
                throw first.value
            }
            return survey
        }
        var window = selection.shortWindow
        var walk = walk(of: window, selection)
        var survey = ListedBatches()
        while let batches = try await walk.next() {
            if let completed = selection.completed, window != selection.window,
                walk.head?.workspaceID != completed.workspaceID
            {
                // Another key, other batches: nothing is proven of them.
                window = selection.window
                walk = self.walk(of: window, selection)
                continue
            }
            survey.batches += batches.filter { selection.filter.shard?.holds($0.id) ?? true }
            (report.listed, report.inWindow) = (walk.listed, survey.batches.count)
            ports.observe(.listed(total: report.listed, inWindow: report.inWindow))
        }
        survey.serverDate = walk.head?.date
        report.settledBefore = window == selection.window ? nil : window.since
        // A shard proves nothing of the batches of the others.
        guard selection.filter.shard == nil else { return survey }
        survey.completed = survey.batches.map(\.createdAt).max()
            .map { newest in
                CompletedWindow(since: window.since, end: newest, workspaceID: walk.head?.workspaceID)
            }
        return survey
    }

    /// Takes the objects as they are and retrieves the others: no need to walk a listing for them.
    func survey(
        _ asked: AskedBatches,
        of shard: BatchShard? = nil,
        into report: inout ExportReport
    ) async throws -> ListedBatches {
        var survey = ListedBatches(batches: asked.batches)
        try await retrieve(asked.ids.subtracting(asked.batches.map(\.id)), into: &survey, &report)
        survey.batches.removeAll { shard?.holds($0.id) == false }
        (report.listed, report.inWindow) = (survey.batches.count, survey.batches.count)
        return survey
    }

    private func walk(of window: BatchWindow, _ selection: ExportSelection) -> BatchWalk {
        BatchWalk(lister: ports.lister, walker: PageWalker(window: window, pageSize: selection.pageSize))
    }

    /// Requests batch objects, several at once.
    ///
    /// A batch that the service does not describe does not stop the others.
    private func retrieve(
        _ ids: Set<String>,
        into survey: inout ListedBatches,
        _ report: inout ExportReport
    ) async throws {
        var waiting = ids.sorted()[...]
        try await mapConcurrently(limit: settings.concurrency, order: .completion) {
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
                survey.batches.append(batch)
                survey.serverDate = head.date ?? survey.serverDate
            case .failure(let error):
                guard !error.concernsEveryBatch else { throw error }
                report.notRetrieved[id] = error
                ports.observe(.notRetrieved(id: id, error))
            }
            return .proceed
        }
    }
}
