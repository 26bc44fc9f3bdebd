package import MessageBatches

/// What happens during a run, for progress and logs.
///
/// Carries no content of results.
package enum ExportEvent: Sendable {
    /// Another page of the listing was read.
    case listed(total: Int, inWindow: Int)
    /// The listing is done; these batches will be fetched.
    case planned(batches: Int, results: Int)
    /// A batch that is not fetched, and why.
    case skipped(MessageBatch, SkipReason)
    /// A batch asked for by id that the service does not know or did not describe.
    case notRetrieved(id: String, ServiceError)
    case started(MessageBatch)
    /// An earlier read left so many lines and bytes of the batch; this one goes on behind them.
    case resumed(id: String, lines: Int, bytes: Int)
    /// Lines and received bytes of one batch so far.
    case advanced(id: String, lines: Int, bytes: Int)
    /// A read came to nothing and is tried again.
    case retrying(id: String, attempt: Int, because: RetryReason)
    case finished(MessageBatch, BatchOutcome)
}

/// Why a run leaves a batch alone.
package enum SkipReason: Sendable, Hashable {
    case archived
    case lost
    case notEnded
    /// The status filter leaves it out.
    case leftOut
    case withdrawn
    /// It failed before and is left for a later run.
    case postponed
}

/// Why a batch is read again.
package enum RetryReason: Sendable {
    case failure(ServiceError)
    case unproven([GateFault])
    /// What the service sends now begins otherwise than what an earlier read left, so that is thrown away.
    case changed
}

/// What became of one batch in a run.
package enum BatchOutcome: Sendable {
    /// Proven and published.
    case archived(PublishedBatch, BatchProof, receivedBytes: Int)
    /// Another process archived it since this run looked.
    case alreadyArchived
    /// Another process is working on it.
    case busy
    /// Its results were withdrawn before this run could read them.
    case withdrawn
    /// The service lists it as ended but does not give its results; a later run tries again.
    case unavailable(ServiceError)
    /// Read completely, but it does not prove what the batch promises.
    case quarantined([GateFault])
    /// Not read completely; a later run tries again.
    case failed(BatchFailure)
}

/// Why a batch could not be read in this run.
package enum BatchFailure: Error, Sendable, Hashable {
    case service(ServiceError)
    case lineTooLong(line: Int, byteOffset: Int, limit: Int)
    /// Each read began otherwise than the one before.
    case changing
    /// The id cannot be a file name.
    case unsafeID
    /// It took longer than one batch may take; what was read stays for the next run.
    case deadline(Duration)
}
