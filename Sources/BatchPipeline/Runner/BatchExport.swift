import JSONLines
package import MessageBatches

/// Exports one ended batch: requests its results, sends them through the stages, and publishes what is proven.
package struct BatchExport: Sendable {
    private let ports: ExportPorts
    private let settings: ExportSettings
    private let listedAt: Timestamp?
    /// Called when no further download follows, so that the batch only waits for the archive.
    var whenDownloaded: @Sendable (BodyTally) async -> Void = { _ in }

    /// Creates an export; `listedAt` is the server's time when the batch was listed.
    ///
    /// It is used if a later answer has no date.
    package init(ports: ExportPorts, settings: ExportSettings, listedAt: Timestamp?) {
        self.ports = ports
        self.settings = settings
        self.listedAt = listedAt
    }

    /// Exports the batch and returns its outcome in this run, at the latest when its deadline has passed.
    ///
    /// Throws only errors that concern every batch. These are a reached spend limit as ``ServiceError``, an error of the
    /// archive (disk full), and cancellation. After any error, the downloaded part is kept for a later run.
    package func run(_ listed: MessageBatch) async throws -> BatchOutcome {
        guard listed.hasSafeID else { return .failed(.unsafeID) }
        do {
            return try await exportClaimed(listed)
        } catch let error as any ArchiveError {
            guard let path = error.obstacle else { throw error }
            return .failed(.obstacle(path: path))
        }
    }

    private func exportClaimed(_ listed: MessageBatch) async throws -> BatchOutcome {
        guard let claim = try await ports.archive.claim(listed) else { return .busy }
        let outcome: BatchOutcome
        do {
            let isDone = claim.isArchived && !settings.replacesArchived
            outcome = isDone ? .alreadyArchived : try await exportBeforeDeadline(listed)
        } catch let failure as BatchFailure {
            outcome = .failed(failure)
        } catch {
            await claim.release()
            throw error
        }
        await claim.release()
        return outcome
    }

    private func exportBeforeDeadline(_ listed: MessageBatch) async throws -> BatchOutcome {
        ports.observe(.started(listed))
        guard let deadline = settings.deadline else { return try await export(listed) }
        return try await withThrowingTaskGroup(of: BatchOutcome.self) { group in
            group.addTask { try await export(listed) }
            group.addTask { [pause = ports.pause] in
                try await pause(deadline)
                return .failed(.deadline(deadline))
            }
            let first = try await group.next()
            group.cancelAll()
            guard case .failed(.deadline) = first else { return first ?? .failed(.deadline(deadline)) }
            do {
                // The export may have finished just before it was canceled.
                return try await group.next() ?? .failed(.deadline(deadline))
            } catch is CancellationError {
                try Task.checkCancellation()
                return .failed(.deadline(deadline))
            }
        }
    }

    /// Downloads the batch and follows the actions of the ``DownloadPolicy`` until one is final.
    private func export(_ listed: MessageBatch) async throws -> BatchOutcome {
        var batch = listed
        var policy = DownloadPolicy(maxAttempts: settings.maxAttempts)
        while batch.archivedAt == nil || settings.importsFiles {
            let draft = try await draft(of: batch)
            let (action, read) = try await keeping(draft) { try await download(batch, into: draft, by: &policy) }
            switch action {
            case .publish:
                let proof = read.proof(finishedAt: ports.now())
                await whenDownloaded(read.tally)
                let published = try await keeping(draft) { try await draft.publish(proof) }
                return .archived(published, proof, receivedBytes: read.tally.bytes)
            case .quarantine(let faults):
                let proof = read.proof(finishedAt: ports.now())
                await whenDownloaded(read.tally)
                try await keeping(draft) { try await draft.quarantine(proof, reasons: faults.map(\.sentence)) }
                return .quarantined(faults)
            case .giveUp(let outcome, let use):
                try await close(draft, use)
                return outcome
            case .retry(let reason, let use):
                try await close(draft, use)
                ports.observe(.retrying(id: batch.id, attempt: policy.attempts, because: reason))
                try await ports.pause(Self.pause(afterAttempt: policy.attempts))
                batch = try await refetched(batch)
            }
        }
        return .removed
    }

    private func draft(of batch: MessageBatch) async throws -> any BatchDraft {
        if !settings.importsFiles, let partial = try await ports.archive.reopenDraft(of: batch) { return partial }
        return try await ports.archive.openDraft(of: batch)
    }

    private func close(_ draft: any BatchDraft, _ use: DownloadPolicy.DraftUse) async throws {
        switch use {
        case .keep where !settings.importsFiles: try await draft.suspend()
        case .keep, .drop: try await draft.discard()
        }
    }

    /// Runs `body` and, if it throws, keeps the draft for a later run if that can resume it.
    private func keeping<Value>(_ draft: any BatchDraft, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            // The first error is reported, not an error of keeping the draft.
            try? await close(draft, .keep)
            throw error
        }
    }

    /// Downloads the body once and returns the next action of the policy.
    private func download(
        _ batch: MessageBatch,
        into draft: any BatchDraft,
        by policy: inout DownloadPolicy
    ) async throws -> (DownloadPolicy.Action, BodyDownload) {
        var read = BodyDownload(
            batch: batch,
            draft: draft,
            summaries: ports.summaries,
            pricing: ports.pricing,
            settings: settings,
            expectation: try ports.expectedIDs?.expectation(of: batch),
            startedAt: ports.now(),
            advanced: { [observe = ports.observe] lines, bytes in
                observe(.advanced(id: batch.id, lines: lines, bytes: bytes))
            }
        )
        try await read.consumeDurableBlocks()
        let known = read.tally
        if known.bytes > 0 { ports.observe(.resumed(id: batch.id, lines: known.lines, bytes: known.bytes)) }
        let stream: ResultStream
        do throws(ServiceError) {
            stream = try await ports.source.results(of: batch)
        } catch {
            // The client has already retried the request.
            let outcome = try await outcome(of: error, for: batch)
            if case .removed = outcome { return (.giveUp(outcome, .drop), read) }
            return (.giveUp(outcome, .keep), read)
        }
        do {
            try await read.run(stream)
        } catch let error as ServiceError {
            guard error.code != .cancelled else { throw CancellationError() }
            if error.code == .keyEchoed { return (.giveUp(.failed(.service(error)), .drop), read) }
            return (policy.evaluate(error, durableBytes: await draft.durableBytes()), read)
        } catch is BodyChanged {
            return (policy.evaluateChangedBody(), read)
        } catch let error as LineTooLong {
            let failure = BatchFailure.lineTooLong(line: error.line, byteOffset: error.byteOffset, limit: error.limit)
            return (.giveUp(.failed(failure), .keep), read)
        }
        let verdict = CompletenessGate.verdict(on: read.tally, of: batch.counts)
        return (policy.evaluate(verdict, digest: read.tally.digest), read)
    }

    /// The outcome of a batch whose results could not be requested.
    ///
    /// Throws the error if it concerns every batch.
    private func outcome(of error: ServiceError, for batch: MessageBatch) async throws -> BatchOutcome {
        try rethrowIfFatal(error)
        switch error.code {
        case .status(404), .status(410), .noResultsURL:
            // Use only the server's clock for the age: the clock of this machine may be wrong.
            let isOver = (error.serverDate ?? listedAt).map { $0 > batch.retentionEnds } ?? false
            if isOver { return .removed }
            // The API may have removed the results since the listing. The batch object shows it.
            return try await refetched(batch).archivedAt == nil ? .unavailable(error) : .removed
        case .foreignOrigin, .redirect, .malformedReply, .malformedBatch, .cursorStuck, .listingTooLong:
            return .unavailable(error)
        case .transport, .status, .spendLimit, .keyEchoed, .cancelled:
            return .failed(.service(error))
        }
    }

    private func rethrowIfFatal(_ error: ServiceError) throws {
        guard error.concernsEveryBatch else { return }
        throw error.code == .cancelled ? CancellationError() : error
    }

    /// Returns the current batch object, because counts and `results_url` may have changed since the listing.
    private func refetched(_ batch: MessageBatch) async throws -> MessageBatch {
        do throws(ServiceError) {
            return try await ports.lister.messageBatch(id: batch.id).batch
        } catch {
            // The old object is good enough for another attempt.
            try rethrowIfFatal(error)
            return batch
        }
    }

    /// Returns the pause before the next download of a body: 1, 2, 4, 8 and then 15 seconds.
    ///
    /// A download often breaks off because a server restarts.
    private static func pause(afterAttempt attempt: Int) -> Duration {
        .seconds(min(15, 1 << min(attempt - 1, 4)))
    }
}
