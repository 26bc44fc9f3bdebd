import BatchPipeline
import BatchService
import Logging
import MessageBatches

/// Reports a run as log events, one JSON object per line, and writes nothing else to standard error.
///
/// Lines that other parts of the command write to standard error become events too.
struct RunLog: RunObserver {
    let context: CommandContext
    private let logger: Logger

    /// Creates a log.
    ///
    /// `isQuiet` limits it to warnings and errors. `source` is the name of a source in a pipeline file.
    init(context: CommandContext, isQuiet: Bool, source: String? = nil) {
        var logger = Logger(label: "batchkeep") { _ in
            JSONLogHandler(now: context.now) { context.note(json: $0) }
        }
        logger.logLevel = isQuiet ? .warning : .info
        if let source { logger[metadataKey: "source"] = "\(source)" }
        self.logger = logger
        self.context = context.passingNotes { [logger] lines in
            for line in lines { logger.info("\(line)") }
        }
    }

    @Sendable func observe(_ event: ExportEvent) {
        switch event {
        case .listed, .advanced, .skipped, .notRetrieved, .polled:
            // A log does not show progress, and the last event counts the batches that were not fetched.
            break
        case .planned(let batches, let results):
            logger.info(
                "listed",
                metadata: ["batches": .stringConvertible(batches), "results": .stringConvertible(results)]
            )
        case .limited(let concurrency):
            logger.info(
                "downloads at once",
                metadata: [
                    "limit": .stringConvertible(concurrency.limit), "mode": "\(concurrency.modeName)",
                ]
            )
        case .waiting(let batches, _):
            logger.info("waiting for pending batches", metadata: ["batches": .stringConvertible(batches.count)])
        case .pollFailed(let id, let failure):
            var metadata: Logger.Metadata = ["batch_id": "\(id)", "reason": "\(FailureText.clause(failure))"]
            metadata.add("request_id", failure.requestID)
            logger.warning("batch not retrieved; still waiting for it", metadata: metadata)
        case .ended(let batch):
            logger.info("batch ended", metadata: ["batch_id": "\(batch.id)"])
        case .started(let batch):
            logger.info("batch started", metadata: ["batch_id": "\(batch.id)"])
        case .resumed(let id, let lines, let bytes):
            logger.info(
                "batch resumed",
                metadata: [
                    "batch_id": "\(id)", "lines": .stringConvertible(lines),
                    "received_bytes": .stringConvertible(bytes),
                ]
            )
        case .retrying(let id, let attempt, let reason):
            var metadata: Logger.Metadata = [
                "batch_id": "\(id)", "attempt": .stringConvertible(attempt), "reason": "\(FailureText.clause(reason))",
            ]
            if case .failure(let failure) = reason { metadata.add("request_id", failure.requestID) }
            logger.warning("batch is downloaded again", metadata: metadata)
        case .finished(let batch, let outcome):
            finished(batch, outcome)
        }
    }

    private func finished(_ batch: MessageBatch, _ outcome: BatchOutcome) {
        var metadata: Logger.Metadata = ["batch_id": "\(batch.id)", "state": "\(outcome.stateName)"]
        switch outcome {
        case .archived(let published, let proof, let bytes):
            metadata["results"] = .stringConvertible(batch.counts.finished)
            metadata["received_bytes"] = .stringConvertible(bytes)
            metadata["stored_bytes"] = .stringConvertible(published.storedBytes)
            metadata.add("request_id", proof.requestID)
            logger.info("batch archived", metadata: metadata)
        case .removed:
            logger.info("the API removed its results", metadata: metadata)
        case .unavailable(let failure), .failed(.service(let failure)):
            metadata["reason"] = "\(FailureText.clause(outcome))"
            metadata.add("request_id", failure.requestID)
            logger.error("batch not archived", metadata: metadata)
        case .alreadyArchived:
            logger.info("batch archived by another process", metadata: metadata)
        case .quarantined, .failed, .busy:
            metadata["reason"] = "\(FailureText.clause(outcome))"
            logger.error("batch not archived", metadata: metadata)
        }
    }

    @Sendable func observeRetry(_ retry: RetryNotice) {
        var metadata: Logger.Metadata = [
            "operation": "\(retry.operation)", "tries": .stringConvertible(retry.tries),
        ]
        metadata.add("request_id", retry.requestID)
        logger.warning("\(FailureText.sentence(of: retry))", metadata: metadata)
    }

    func note(_ sentence: String) {
        logger.info("\(sentence)")
    }

    func warn(_ sentence: String) {
        logger.warning("\(sentence)")
    }

    func report(_ failure: FailureText) {
        report(failure, ["exit_status": .stringConvertible(Int(failure.status.rawValue))])
    }

    private func report(_ failure: FailureText, _ metadata: Logger.Metadata) {
        var metadata = metadata
        metadata.add("advice", failure.advice)
        logger.error("\(failure.text)", metadata: metadata)
    }

    func report(_ summary: ExportSummary) {
        for warning in summary.retention.warnings { logger.warning("\(warning)") }
        for problem in summary.join?.problems ?? [] { logger.error("\(problem)") }
        if let pending = summary.stillPending { logger.warning("\(pending.sentence)") }
        if let pending = summary.join?.pendingSentence { logger.warning("\(pending)") }
        var metadata: Logger.Metadata = ["exit_status": .stringConvertible(Int(summary.status.rawValue))]
        if let stop = summary.stop {
            metadata.add("request_id", summary.stopRequestID)
            if let partial = summary.partial {
                metadata["archived_now"] = .stringConvertible(summary.report.archivedNow)
                metadata["partial"] = .stringConvertible(partial.batches)
                metadata["partial_bytes"] = .stringConvertible(partial.receivedBytes)
            }
            if let interruption = Interruption(summary) {
                metadata.add("advice", interruption.hint)
                logger.error("\(interruption.sentence); \(interruption.kept)", metadata: metadata)
                return
            }
            report(stop, metadata)
            return
        }
        metadata["listed"] = .stringConvertible(summary.report.listed)
        metadata["archived_now"] = .stringConvertible(summary.report.archivedNow)
        metadata["already_archived"] = .stringConvertible(summary.report.alreadyArchived)
        metadata["retry_scheduled"] = .stringConvertible(summary.report.retryScheduled.count)
        metadata["problems"] = .stringConvertible(summary.report.problems.count)
        logger.info("run ended", metadata: metadata)
    }
}

extension Logger.Metadata {
    /// Adds the text unless it is nil.
    fileprivate mutating func add(_ key: String, _ text: String?) {
        if let text { self[key] = "\(text)" }
    }
}
