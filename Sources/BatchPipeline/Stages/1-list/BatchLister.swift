package import MessageBatches

/// The port to the two endpoints that return batch objects.
///
/// Implementations retry, limit the rate and protect the key. They do not decode: the bytes are returned as received.
package protocol BatchLister: Sendable {
    /// Requests one page of `GET /v1/messages/batches`.
    func page(_ query: PageQuery) async throws(ServiceError) -> ServiceReply

    /// Requests `GET /v1/messages/batches/{id}`.
    func batch(id: String) async throws(ServiceError) -> ServiceReply

    /// Returns whether these bytes of an answer contain the key, so that they must not be stored.
    func containsKey(_ bytes: [UInt8]) -> Bool
}

extension BatchLister {
    /// Returns false: a lister without a key.
    package func containsKey(_ bytes: [UInt8]) -> Bool { false }
}

/// The parameters of the list endpoint (API reference, "List Message Batches").
package struct PageQuery: Sendable, Hashable {
    /// The page starts after this ID, with older batches.
    package var afterID: String?
    /// The page ends before this ID, with newer batches.
    package var beforeID: String?
    /// Batches per page, 1 to 1000.
    package var limit: Int

    package init(afterID: String? = nil, beforeID: String? = nil, limit: Int = 1_000) {
        self.afterID = afterID
        self.beforeID = beforeID
        self.limit = limit
    }
}

/// A complete answer of the service, for small documents; results are streamed instead.
package struct ServiceReply: Sendable {
    package var head: ReplyHead
    package var body: [UInt8]

    package init(head: ReplyHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }
}

/// The status and the relevant headers of an answer.
package struct ReplyHead: Sendable, Hashable {
    package var status: Int
    /// The `request-id` header, which Anthropic's support asks for.
    package var requestID: String?
    /// The `anthropic-workspace-id` header, which names the workspace of the key.
    package var workspaceID: String?
    /// The `date` header: the server's clock, which decides the age of batches.
    package var date: Timestamp?
    /// The `content-type` header; only error messages use it.
    package var contentType: String?
    /// The pause that the server asks for before the next request of the same kind; nil if it asks for none.
    ///
    /// The API sends it while a batch is being processed.
    package var retryAfter: Duration?

    package init(
        status: Int,
        requestID: String? = nil,
        workspaceID: String? = nil,
        date: Timestamp? = nil,
        contentType: String? = nil
    ) {
        self.status = status
        self.requestID = requestID
        self.workspaceID = workspaceID
        self.date = date
        self.contentType = contentType
    }
}
