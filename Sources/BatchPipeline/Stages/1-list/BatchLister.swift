package import MessageBatches

/// The port to the two endpoints that describe batches.
///
/// Implementations retry, pace and guard the key; they do not decode: the bytes come back as the server sent them.
package protocol BatchLister: Sendable {
    /// One page of `GET /v1/messages/batches`.
    func page(_ query: PageQuery) async throws(ServiceError) -> ServiceReply

    /// `GET /v1/messages/batches/{id}`.
    func batch(id: String) async throws(ServiceError) -> ServiceReply
}

/// The parameters of the list endpoint (API reference, "List Message Batches").
package struct PageQuery: Sendable, Hashable {
    /// Ask for the page right behind this id, older batches.
    package var afterID: String?
    /// Ask for the page right before this id, newer batches.
    package var beforeID: String?
    /// Items a page, 1 to 1000.
    package var limit: Int

    package init(afterID: String? = nil, beforeID: String? = nil, limit: Int = 1_000) {
        self.afterID = afterID
        self.beforeID = beforeID
        self.limit = limit
    }
}

/// A whole answer of the service: small documents only, never results.
package struct ServiceReply: Sendable {
    package var head: ReplyHead
    package var body: [UInt8]

    package init(head: ReplyHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }
}

/// What the headers of an answer tell that is worth keeping.
package struct ReplyHead: Sendable, Hashable {
    package var status: Int
    /// `request-id`: what Anthropic's support asks for.
    package var requestID: String?
    /// `anthropic-workspace-id`: which workspace the key belongs to.
    package var workspaceID: String?
    /// The server's `date`: "too old" is decided by this clock, not ours.
    package var date: Timestamp?

    package init(
        status: Int,
        requestID: String? = nil,
        workspaceID: String? = nil,
        date: Timestamp? = nil
    ) {
        self.status = status
        self.requestID = requestID
        self.workspaceID = workspaceID
        self.date = date
    }
}
