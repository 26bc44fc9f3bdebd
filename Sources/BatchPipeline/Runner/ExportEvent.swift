package import MessageBatches

/// An event of a run, for progress and logs.
///
/// Events contain no content of results.
package enum ExportEvent: Sendable {
    /// Another page of the listing was read.
    case listed(total: Int, inWindow: Int)
    /// The listing is complete, and these batches will be downloaded.
    case planned(batches: Int, results: Int)
    /// How many batches the run downloads at once.
    case limited(ExportReport.Concurrency)
    /// A batch is not downloaded, for this reason.
    case skipped(MessageBatch, SkipReason)
    /// The object of a batch could not be retrieved or is malformed.
    case notRetrieved(id: String, ServiceError)
    /// The run waits until the API has finished processing these batches; it is this time on the server's clock.
    case waiting([MessageBatch], serverTime: Timestamp)
    /// The API is still processing a batch for which the run waits.
    case polled(MessageBatch)
    /// The state of a batch for which the run waits is not known at the moment; the run continues to wait.
    case pollFailed(id: String, ServiceError)
    /// The API has finished processing a batch for which the run waited.
    case ended(MessageBatch)
    case started(MessageBatch)
    /// A download resumes after the lines and bytes that an earlier one kept.
    case resumed(id: String, lines: Int, bytes: Int)
    /// The lines and received bytes of one batch so far.
    case advanced(id: String, lines: Int, bytes: Int)
    /// A download was not successful and is tried again.
    case retrying(id: String, attempt: Int, because: RetryReason)
    case finished(MessageBatch, BatchOutcome)
}

/// The reason why a run does not download a batch.
package enum SkipReason: Sendable, Hashable {
    case archived
    case lost
    /// The API has not finished processing it.
    case pending
    /// The status filter does not select it.
    case notSelected
    case removed
    /// It failed before, and its next try is later.
    case retryScheduled
}

/// The reason why a batch is downloaded again.
package enum RetryReason: Sendable {
    case failure(ServiceError)
    case unproven([GateFault])
    /// The body starts differently from the earlier download, which is therefore discarded.
    case changed
}

/// The outcome of one batch in a run.
package enum BatchOutcome: Sendable {
    /// Proven and published.
    case archived(PublishedBatch, BatchProof, receivedBytes: Int)
    /// Another process archived it after this run listed it.
    case alreadyArchived
    /// Another process is downloading it.
    case busy
    /// The API removed its results before this run could download them.
    case removed
    /// The API lists it as ended but returns no results; a later run tries again.
    case unavailable(ServiceError)
    /// The complete download contradicts the batch object.
    case quarantined([GateFault])
    /// The download is not complete; a later run tries again.
    case failed(BatchFailure)
}

/// The reason why a batch could not be downloaded in this run.
package enum BatchFailure: Error, Sendable, Hashable {
    case service(ServiceError)
    case lineTooLong(line: Int, byteOffset: Int, limit: Int)
    /// Each download started differently from the one before.
    case changing
    /// The ID is not valid as a file name.
    case unsafeID
    /// The IDs that the batch must contain cannot be read; the value gives the reason.
    case unreadableIDs(String)
    /// Something else is in place of a file of the batch in the archive, such as a folder or a link.
    case obstacle(path: String)
    /// The file with its results cannot be read; the value gives the reason.
    case unreadableFile(String)
    /// The deadline for one batch passed; the downloaded part is kept for the next run.
    case deadline(Duration)
}
