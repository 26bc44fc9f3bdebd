import BatchPipeline
import BatchService
import Logging
import MessageBatches

/// Tells of a run in log events, one JSON object a line, and lets nothing else onto standard error.
///
/// What any other part of a command notes becomes an event too, one for each line.
struct RunLog: RunWatcher {
    let context: CommandContext
    private let logger: Logger

    /// With `isQuiet` only warnings and errors are written; `source` names the source of a pipeline file.
    init(context: CommandContext, isQuiet: Bool, source: String? = nil) {
        var logger = Logger(label: "batchkeep") { _ in
            JSONLogHandler(now: context.now, write: context.writeNote)
        }
        logger.logLevel = isQuiet ? .warning : .info
        if let source { logger[metadataKey: "source"] = "\(source)" }
        self.logger = logger
        var context = context
        context.notesAreTerminal = false
        context.writeNote = { [logger] bytes in
            for line in bytes.split(separator: 0x0A) where !line.allSatisfy({ $0 == 0x20 }) {
                logger.info("\(String(decoding: line, as: UTF8.self))")
            }
        }
        self.context = context
    }

    @Sendable func observe(_ event: ExportEvent) {
        switch event {
        case .listed, .advanced, .skipped, .notRetrieved:
            // Progress is for terminals, and the closing event tells how many were not fetched.
            break
        case .planned(let batches, let results):
            logger.info(
                "listed",
                metadata: ["batches": .stringConvertible(batches), "results": .stringConvertible(results)]
            )
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
            logger.warning("batch is read again", metadata: metadata)
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
        case .withdrawn:
            logger.info("results withdrawn before this run", metadata: metadata)
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

    @Sendable func note(_ retry: RetryNotice) {
        var metadata: Logger.Metadata = [
            "operation": "\(retry.operation)", "tries": .stringConvertible(retry.tries),
        ]
        metadata.add("request_id", retry.requestID)
        logger.warning("\(FailureText.sentence(of: retry))", metadata: metadata)
    }

    func warn(_ sentence: String) {
        logger.warning("\(sentence)")
    }

    func tell(_ failure: FailureText) {
        tell(failure, ["exit_status": .stringConvertible(Int(failure.status.rawValue))])
    }

    private func tell(_ failure: FailureText, _ metadata: Logger.Metadata) {
        var metadata = metadata
        metadata.add("advice", failure.advice)
        logger.error("\(failure.sentence)", metadata: metadata)
    }

    func tell(_ ending: ExportEnding) {
        for warning in ending.standing.warnings(archivePath: ending.archivePath) { logger.warning("\(warning)") }
        var metadata: Logger.Metadata = ["exit_status": .stringConvertible(Int(ending.status.rawValue))]
        if let stop = ending.stop {
            metadata.add("request_id", ending.stopRequestID)
            tell(stop, metadata)
            return
        }
        metadata["listed"] = .stringConvertible(ending.report.listed)
        metadata["archived_now"] = .stringConvertible(ending.report.archivedNow)
        metadata["already_archived"] = .stringConvertible(ending.report.alreadyArchived)
        metadata["postponed"] = .stringConvertible(ending.report.postponed.count)
        metadata["problems"] = .stringConvertible(ending.report.problems.count)
        logger.info("run ended", metadata: metadata)
    }
}

extension Logger.Metadata {
    /// Adds what is known.
    fileprivate mutating func add(_ key: String, _ text: String?) {
        if let text { self[key] = "\(text)" }
    }
}
