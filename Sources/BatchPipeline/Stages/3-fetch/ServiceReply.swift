package import MessageBatches

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
