import JSONLines
package import MessageBatches

/// Exports one ended batch: asks for its results, reads them through the stages, and publishes what is proven.
package struct BatchExport: Sendable {
    private let ports: ExportPorts
    private let settings: ExportSettings
    private let listedAt: Timestamp?

    /// `listedAt` is the server's clock when the batch was listed: it stands in where a later answer tells no date.
    package init(ports: ExportPorts, settings: ExportSettings, listedAt: Timestamp?) {
        self.ports = ports
        self.settings = settings
        self.listedAt = listedAt
    }

    /// Works on the batch until it is settled for this run.
    ///
    /// Throws only what concerns every batch: a refused key or an exhausted spend limit as ``ServiceFailure``, an error of
    /// the archive (disk full), cancellation.
    package func run(_ listed: MessageBatch) async throws -> BatchOutcome {
        guard listed.hasSafeID else { return .failed(.unsafeID) }
        var batch = listed
        var plan = ReadPlan(maxAttempts: settings.maxAttempts)
        while batch.archivedAt == nil {
            let draft = try await ports.archive.openDraft(of: batch)
            let step: Step
            do {
                step = try await take(batch, into: draft, by: &plan)
            } catch {
                // What went wrong first is the error to tell.
                try? await draft.discard()
                throw error
            }
            switch step {
            case .kept(let outcome):
                return outcome
            case .dropped(let outcome):
                try await draft.discard()
                return outcome
            case .again(let reason):
                try await draft.discard()
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
        /// The draft is of no use.
        case dropped(BatchOutcome)
        case again(RetryReason)
    }

    private func take(_ batch: MessageBatch, into draft: any BatchDraft, by plan: inout ReadPlan) async throws -> Step {
        let read: Read
        do {
            read = try await self.read(batch, into: draft)
        } catch let failure as BatchFailure {
            guard case .service(let service) = failure else { return .dropped(.failed(failure)) }
            // The client has used up its tries already.
            return .dropped(try settled(service, of: batch))
        } catch let broken as BrokenBody {
            return plan.takeBroken() ? .again(.failure(broken.failure)) : .dropped(.failed(.service(broken.failure)))
        }
        switch plan.take(read.verdict, digest: await draft.receivedDigest()) {
        case .publish:
            let published = try await draft.publish(read.proof)
            return .kept(.archived(published, read.proof, receivedBytes: read.tally.bytes))
        case .quarantine(let faults):
            try await draft.quarantine(read.proof, reasons: faults.map(\.sentence))
            return .kept(.quarantined(faults))
        case .readAgain:
            return .again(.unproven(read.verdict.faults))
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
        let stream: ResultStream
        do throws(ServiceFailure) {
            stream = try await ports.source.results(of: batch)
        } catch {
            throw BatchFailure.service(error)
        }
        let reading = BodyRead(
            batch: batch,
            draft: draft,
            summaries: ports.summaries,
            settings: settings,
            advanced: { [observe = ports.observe] lines, bytes in
                observe(.advanced(id: batch.id, lines: lines, bytes: bytes))
            }
        )
        let result: BodyRead.Result
        do {
            result = try await reading.run(stream.body)
        } catch let failure as ServiceFailure {
            guard failure.cause != .cancelled else { throw CancellationError() }
            throw BrokenBody(failure: failure)
        } catch let failure as LineTooLong {
            throw BatchFailure.lineTooLong(line: failure.line, byteOffset: failure.byteOffset, limit: failure.limit)
        }
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

    /// What a failed request means for its batch; throws it where it concerns every batch.
    private func settled(_ failure: ServiceFailure, of batch: MessageBatch) throws -> BatchOutcome {
        switch failure.cause {
        case .status(401), .status(403), .spendLimit:
            throw failure
        case .cancelled:
            throw CancellationError()
        case .status(404), .status(410), .noResultsURL:
            // Age by the server's clock only: ours may be wrong, and results that may still come back are not written off.
            let isOver = (failure.serverDate ?? listedAt).map { $0 > batch.retentionEnds } ?? false
            return isOver ? .withdrawn : .unavailable(failure)
        case .foreignOrigin, .redirect, .malformedReply, .cursorStuck:
            return .unavailable(failure)
        case .transport, .status:
            return .failed(.service(failure))
        }
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

extension CompletenessGate.Verdict {
    /// What is wrong; empty where nothing is.
    package var faults: [GateFault] {
        switch self {
        case .complete: []
        case .cut(let faults), .contradiction(let faults): faults
        }
    }
}
