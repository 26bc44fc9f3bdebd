/// The port to the two endpoints that describe batches.
///
/// Implementations retry, pace and guard the key; they do not decode: the bytes come back as the server sent them.
package protocol BatchLister: Sendable {
    /// One page of `GET /v1/messages/batches`.
    func page(_ query: PageQuery) async throws(ServiceFailure) -> ServiceReply

    /// `GET /v1/messages/batches/{id}`.
    func batch(id: String) async throws(ServiceFailure) -> ServiceReply
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
