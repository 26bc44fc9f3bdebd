package import MessageBatches

/// The port to the results of a batch.
package protocol ResultSource: Sendable {
    /// Requests the results and returns when the body starts.
    ///
    /// Retries as its ``RetryPolicy`` allows until a 200 arrives. If the connection breaks later, the body throws an
    /// error.
    func results(of batch: MessageBatch) async throws(ServiceError) -> ResultStream

    /// The number of times the service has slowed down all requests with status 429 so far.
    ///
    /// Several 429 answers to requests that were sent together count once.
    var slowdowns: Int { get }
}

extension ResultSource {
    /// Files are never slowed down.
    package var slowdowns: Int { 0 }
}

/// A results body in the order received, with the head of its answer.
///
/// The body returns chunks of any size, decoded from their content encoding. It throws a ``ServiceError`` if the stream
/// breaks, and `CancellationError` if the task is canceled. An end without an error does not prove that the body is
/// complete. Iterate once. Releasing the stream closes its connection.
package struct ResultStream: Sendable {
    package var head: ReplyHead
    /// The original `results_url` if it named another origin; the same path was then requested at the configured
    /// origin.
    package var rewrittenFrom: String?
    package var body: any AsyncSequence<[UInt8], any Error> & Sendable
    /// Describes the file that the body is read from; nil if the API sent it.
    ///
    /// Call it after the end of the body.
    package var file: (@Sendable () -> ResultFile)?

    package init(
        head: ReplyHead,
        rewrittenFrom: String? = nil,
        body: any AsyncSequence<[UInt8], any Error> & Sendable,
        file: (@Sendable () -> ResultFile)? = nil
    ) {
        self.head = head
        self.rewrittenFrom = rewrittenFrom
        self.body = body
        self.file = file
    }
}

/// A results file that was imported instead of downloaded from the API.
package struct ResultFile: Sendable, Hashable {
    /// The name of the file, without its folder.
    package var name: String
    /// SHA-256 of the file as stored, which may be compressed, as lowercase hex.
    package var sha256: String
    /// Whether the API's batch object proves that the file is complete.
    ///
    /// If not, the counts of the batch are those of the file.
    package var isProven: Bool

    package init(name: String, sha256: String, isProven: Bool) {
        self.name = name
        self.sha256 = sha256
        self.isProven = isProven
    }
}
