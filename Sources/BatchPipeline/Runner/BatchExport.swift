import JSONLines
package import MessageBatches

/// Exports one ended batch: asks for its results, reads them through the stages, and publishes what is proven.
package struct BatchExport: Sendable {
    private let ports: ExportPorts
    private let settings: ExportSettings
    private let listedAt: Timestamp?
    /// Called when the body is read for good: from then on the batch only waits for the archive.
    var whenRead: @Sendable () async -> Void = {}

    /// `listedAt` is the server's clock when the batch was listed: it stands in where a later answer tells no date.
    package init(ports: ExportPorts, settings: ExportSettings, listedAt: Timestamp?) {
        self.ports = ports
        self.settings = settings
        self.listedAt = listedAt
    }

    /// Works on the batch until it is settled for this run, or its deadline has passed.
    ///
    /// Throws only what concerns every batch: a refused key or an exhausted spend limit as ``ServiceFailure``, an error of
    /// the archive (disk full), cancellation. Whatever happens, what was read of the body stays for a later run.
    package func run(_ listed: MessageBatch) async throws -> BatchOutcome {
        guard listed.hasSafeID else { return .failed(.unsafeID) }
        guard let claim = try await ports.archive.claim(listed) else { return .busy }
        let outcome: BatchOutcome
        do {
            outcome = claim.isArchived && !settings.replacesArchived ? .alreadyArchived : try await work(on: listed)
        } catch {
            await claim.release()
            throw error
        }
        await claim.release()
        return outcome
    }

    private func work(on listed: MessageBatch) async throws -> BatchOutcome {
        ports.observe(.started(listed))
        guard let deadline = settings.deadline else { return try await settle(listed) }
        return try await withThrowingTaskGroup(of: BatchOutcome.self) { group in
            group.addTask { try await settle(listed) }
            group.addTask { [pause = ports.pause] in
                try await pause(deadline)
                return .failed(.deadline(deadline))
            }
            let first = try await group.next()
            group.cancelAll()
            guard case .failed(.deadline) = first else { return first ?? .failed(.deadline(deadline)) }
            do {
                // What was settled in the last moment counts.
                return try await group.next() ?? .failed(.deadline(deadline))
            } catch is CancellationError {
                try Task.checkCancellation()
                return .failed(.deadline(deadline))
            }
        }
    }

    private func settle(_ listed: MessageBatch) async throws -> BatchOutcome {
        var batch = listed
        var plan = ReadPlan(maxAttempts: settings.maxAttempts)
        while batch.archivedAt == nil {
            let draft: any BatchDraft
            if let parked = try await ports.archive.reopenDraft(of: batch) {
                draft = parked
            } else {
                draft = try await ports.archive.openDraft(of: batch)
            }
            let step: Step
            do {
                step = try await take(batch, into: draft, by: &plan)
            } catch {
                // What went wrong first is the error to tell.
                try? await draft.park()
                throw error
            }
            switch step {
            case .kept(let outcome):
                return outcome
            case .left(let outcome, let remains):
                try await leave(draft, remains)
                return outcome
            case .again(let reason, let remains):
                try await leave(draft, remains)
                ports.observe(.retrying(id: batch.id, attempt: plan.attempts, because: reason))
                try await ports.pause(Self.pause(behind: plan.attempts))
                batch = try await refetched(batch)
            }
        }
        return .withdrawn
    }

    /// What one read of a batch led to.
    private enum Step {
        /// The draft has become part of the archive or of its quarantine.
        case kept(BatchOutcome)
        /// The batch is settled without its draft.
        case left(BatchOutcome, Remains)
        case again(RetryReason, Remains)
    }

    /// What a draft is worth that did not come to its end.
    private enum Remains {
        /// A later read goes on behind it.
        case parked
        case worthless
    }

    private func leave(_ draft: any BatchDraft, _ remains: Remains) async throws {
        switch remains {
        case .parked: try await draft.park()
        case .worthless: try await draft.discard()
        }
    }

    private func take(_ batch: MessageBatch, into draft: any BatchDraft, by plan: inout ReadPlan) async throws -> Step {
        let read: Read
        do {
            read = try await self.read(batch, into: draft)
        } catch let failure as BatchFailure {
            guard case .service(let service) = failure else { return .left(.failed(failure), .parked) }
            // The client has used up its tries already.
            let outcome = try await confirmed(settled(service, of: batch), of: batch)
            if case .withdrawn = outcome { return .left(outcome, .worthless) }
            return .left(outcome, .parked)
        } catch let broken as BrokenBody {
            let goesOn = plan.takeBroken(reaching: await draft.durableBytes())
            return goesOn
                ? .again(.failure(broken.failure), .parked) : .left(.failed(.service(broken.failure)), .parked)
        } catch is BodyChanged {
            return plan.takeBroken() ? .again(.changed, .worthless) : .left(.failed(.changing), .worthless)
        }
        switch plan.take(read.verdict, digest: await draft.receivedDigest()) {
        case .publish:
            await whenRead()
            let published = try await draft.publish(read.proof)
            return .kept(.archived(published, read.proof, receivedBytes: read.tally.bytes))
        case .quarantine(let faults):
            await whenRead()
            try await draft.quarantine(read.proof, reasons: faults.map(\.sentence))
            return .kept(.quarantined(faults))
        case .readAgain:
            return .again(.unproven(read.verdict.faults), read.verdict.isCut ? .parked : .worthless)
        }
    }

    /// A body that began and did not come to its end: worth another request, which the client does not make by itself.
    private struct BrokenBody: Error {
        let failure: ServiceFailure
    }

    private struct Read {
        var proof: BatchProof
        var tally: BodyTally
        var verdict: CompletenessGate.Verdict
    }

    private func read(_ batch: MessageBatch, into draft: any BatchDraft) async throws -> Read {
        let startedAt = ports.now()
        var reading = BodyRead(
            batch: batch,
            draft: draft,
            summaries: ports.summaries,
            settings: settings,
            expectation: try ports.expectedIDs?.expectation(of: batch),
            advanced: { [observe = ports.observe] lines, bytes in
                observe(.advanced(id: batch.id, lines: lines, bytes: bytes))
            }
        )
        let stream: ResultStream
        do {
            try await reading.takeDurableBlocks()
            let known = reading.result.tally
            if known.bytes > 0 { ports.observe(.resumed(id: batch.id, lines: known.lines, bytes: known.bytes)) }
            stream = try await results(of: batch)
            try await reading.run(behind(known.bytes, stream.body, draft))
        } catch let failure as ServiceFailure {
            guard failure.cause != .cancelled else { throw CancellationError() }
            throw BrokenBody(failure: failure)
        } catch let failure as LineTooLong {
            throw BatchFailure.lineTooLong(line: failure.line, byteOffset: failure.byteOffset, limit: failure.limit)
        }
        let result = reading.result
        let proof = BatchProof(
            batch: batch,
            found: result.tally.found,
            emptyLines: result.tally.emptyLines,
            rejectedLines: result.tally.rejectedLines,
            rejected: result.tally.rejected,
            duplicateLines: result.tally.duplicateLines,
            summaries: result.summaries,
            requestID: stream.head.requestID,
            workspaceID: stream.head.workspaceID,
            rewrittenFrom: stream.rewrittenFrom,
            startedAt: startedAt,
            finishedAt: ports.now()
        )
        return Read(
            proof: proof,
            tally: result.tally,
            verdict: CompletenessGate.verdict(on: result.tally, of: batch.counts)
        )
    }

    private func results(of batch: MessageBatch) async throws -> ResultStream {
        do throws(ServiceFailure) {
            return try await ports.source.results(of: batch)
        } catch {
            throw BatchFailure.service(error)
        }
    }

    /// The body behind what the draft holds of it already.
    private func behind(
        _ bytes: Int,
        _ body: any AsyncSequence<[UInt8], any Error> & Sendable,
        _ draft: any BatchDraft
    ) async -> any AsyncSequence<[UInt8], any Error> & Sendable {
        guard bytes > 0 else { return body }
        return BodyRemainder(
            body: body,
            skippedBytes: bytes,
            skippedDigest: await draft.receivedDigest(),
            digest: draft.newDigest()
        )
    }

    /// What a failed request means for its batch; throws it where it concerns every batch.
    private func settled(_ failure: ServiceFailure, of batch: MessageBatch) throws -> BatchOutcome {
        guard !failure.concernsEveryBatch else {
            throw failure.cause == .cancelled ? CancellationError() : failure
        }
        switch failure.cause {
        case .status(404), .status(410), .noResultsURL:
            // Age by the server's clock only: ours may be wrong, and results that may still come back are not written off.
            let isOver = (failure.serverDate ?? listedAt).map { $0 > batch.retentionEnds } ?? false
            return isOver ? .withdrawn : .unavailable(failure)
        case .foreignOrigin, .redirect, .malformedReply, .cursorStuck:
            return .unavailable(failure)
        case .transport, .status, .spendLimit, .cancelled:
            return .failed(.service(failure))
        }
    }

    /// Results that are not there may have been withdrawn since the listing: the batch object knows.
    private func confirmed(_ outcome: BatchOutcome, of batch: MessageBatch) async throws -> BatchOutcome {
        guard case .unavailable(let failure) = outcome, failure.cause.isAbsence else { return outcome }
        return try await refetched(batch).archivedAt == nil ? outcome : .withdrawn
    }

    /// The batch object as it is now: counts and `results_url` may have changed since the listing.
    private func refetched(_ batch: MessageBatch) async throws -> MessageBatch {
        do throws(ServiceFailure) {
            return try await ports.lister.messageBatch(id: batch.id).batch
        } catch {
            // The old object still serves for another try, unless nothing will.
            _ = try settled(error, of: batch)
            return batch
        }
    }

    /// Pauses between reads of one body: 1, 2, 4, 8 seconds and then 15, as a cut often hits a server that is restarting.
    private static func pause(behind attempt: Int) -> Duration {
        .seconds(min(15, 1 << min(attempt - 1, 4)))
    }
}

extension ServiceFailure.Cause {
    /// Whether the service says that there are no results.
    fileprivate var isAbsence: Bool {
        switch self {
        case .status(404), .status(410), .noResultsURL: true
        default: false
        }
    }
}

extension CompletenessGate.Verdict {
    /// What is wrong; empty where nothing is.
    package var faults: [GateFault] {
        switch self {
        case .complete: []
        case .cut(let faults), .contradiction(let faults): faults
        }
    }

    /// Whether what is there may be the beginning of the whole.
    fileprivate var isCut: Bool {
        if case .cut = self { true } else { false }
    }
}
