package import MessageBatches

/// The port to the results of a batch.
package protocol ResultSource: Sendable {
    /// Asks for the results and returns with the first bytes on their way.
    ///
    /// Retries what its retry plan allows until a 200 begins; a break later shows as an error thrown by the body.
    func results(of batch: MessageBatch) async throws(ServiceError) -> ResultStream
}

/// A results body in the order received, with the head of its answer.
///
/// The body gives chunks of any size, decoded from its content-encoding. It throws a ``ServiceError`` where the stream
/// breaks, and `CancellationError` if the reading task is cancelled; ending without an error means only that the server
/// said "end", not that the file is complete. Iterate once; dropping the stream closes its connection.
package struct ResultStream: Sendable {
    package var head: ReplyHead
    /// Set where `results_url` named another origin and the same path was asked at the configured one.
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
