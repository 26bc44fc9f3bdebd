package import MessageBatches

/// The port to the results of a batch.
package protocol ResultSource: Sendable {
    /// Requests the results and returns when the body starts.
    ///
    /// Retries as its ``RetryPolicy`` allows until a 200 arrives. If the connection breaks later, the body throws an
    /// error.
    func results(of batch: MessageBatch) async throws(ServiceError) -> ResultStream
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

    package init(
        head: ReplyHead,
        rewrittenFrom: String? = nil,
        body: any AsyncSequence<[UInt8], any Error> & Sendable
    ) {
        self.head = head
        self.rewrittenFrom = rewrittenFrom
        self.body = body
    }
}
