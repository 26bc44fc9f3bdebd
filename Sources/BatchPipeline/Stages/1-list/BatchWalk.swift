package import MessageBatches

/// The limits of one listing, far above those of real ones, so that an endless one does not fill the memory.
package struct ListingLimits: Sendable {
    package var pages = 1_000_000
    package var malformed = 10_000
    /// Batches in the window; at 1,000 requests per minute, one run downloads fewer.
    package var batches = 500_000
    /// The size of the batch objects in the window, in bytes.
    package var bytes = 256 * 1_048_576

    package init() {}
}

/// Walks the listing through a ``BatchLister`` and returns the batches of a window, page by page.
package struct BatchWalk: Sendable {
    private let lister: any BatchLister
    private var walker: PageWalker
    private let limits: ListingLimits
    private var isOver = false
    private var pages = 0
    /// The size of the batch objects in the window so far.
    private var bytes = 0

    package init(lister: any BatchLister, walker: PageWalker, limits: ListingLimits = ListingLimits()) {
        self.lister = lister
        self.walker = walker
        self.limits = limits
    }

    /// The number of batches seen so far, inside and outside the window.
    package var listed: Int { walker.listed }
    /// The creation times of the oldest and the newest batch seen so far.
    package var created: ClosedRange<Timestamp>? { walker.created }
    /// The number of batches in the window so far.
    package var inWindow: Int { walker.inWindow }

    /// The elements of the pages so far that are not valid batch objects, without those outside the window.
    package private(set) var malformed: [MalformedBatch] = []

    /// Whether every page so far was newest first; if not, the walk reads the listing to its end.
    package var isOrdered: Bool { walker.isOrdered }

    /// The size of the pages, reduced if the server limits it.
    package var pageSize: PageSize { walker.pageSize }

    /// The head of the last page's answer; its `date` is the server's clock.
    package private(set) var head: ReplyHead?

    /// Requests the next page and returns its batches in the window, which may be none; returns nil after the last
    /// page.
    package mutating func next() async throws(ServiceError) -> [MessageBatch]? {
        guard !isOver else { return nil }
        let reply = try await page()
        head = reply.head
        var page = try Self.decoded(reply)
        if lister.containsKey(reply.body) { try rejectEchoes(in: &page, reply) }
        if walker.isCut(page) { return [] }
        let step: PageWalker.Step
        do {
            step = try walker.evaluate(page)
        } catch {
            throw Self.failure(.cursorStuck(error.cursor), reply)
        }
        isOver = !step.continues
        malformed += step.malformed
        pages += 1
        bytes += step.batches.reduce(0) { $0 + $1.json.count }
        if let limit = exceededLimit { throw Self.failure(.listingTooLong(limit), reply) }
        return step.batches
    }

    /// The limit that the listing exceeds, as a phrase; nil if it exceeds none.
    private var exceededLimit: String? {
        if pages > limits.pages { return "more than \(limits.pages) pages" }
        if malformed.count > limits.malformed { return "more than \(limits.malformed) malformed batches" }
        if walker.inWindow > limits.batches { return "more than \(limits.batches) batches in the window" }
        if bytes > limits.bytes { return "more than \(limits.bytes / 1_048_576) MiB of batches in the window" }
        return nil
    }

    /// Moves batch objects that contain the key to the malformed ones.
    private func rejectEchoes(in page: inout BatchPage, _ reply: ServiceReply) throws(ServiceError) {
        func echoes(_ text: String?) -> Bool { text.map { lister.containsKey(Array($0.utf8)) } ?? false }
        guard !echoes(page.firstID), !echoes(page.lastID) else {
            throw Self.failure(.malformedReply("a page cursor contains the API key"), reply)
        }
        let echoing = page.batches.filter { lister.containsKey($0.json) }
        page.batches.removeAll { lister.containsKey($0.json) }
        page.malformed = page.malformed.map { batch in
            guard echoes(batch.reason) else { return batch }
            return .echo(id: nil, createdAt: batch.createdAt, isRemoved: batch.isRemoved)
        }
        page.malformed += echoing.map { batch in
            .echo(
                id: echoes(batch.id) ? nil : batch.id,
                createdAt: batch.createdAt,
                isRemoved: batch.archivedAt != nil
            )
        }
    }

    private mutating func page() async throws(ServiceError) -> ServiceReply {
        while true {
            do throws(ServiceError) {
                return try await lister.page(walker.query)
            } catch {
                if walker.reducePageSize(after: error) { continue }
                // The answer to a cursor whose batch was deleted is not documented. These statuses are likely.
                guard [400, 404].contains(error.status), walker.stepBack() else {
                    var error = error
                    if error.isListing { error.pageSize = walker.pageSize.current }
                    throw error
                }
            }
        }
    }

    private static func decoded(_ reply: ServiceReply) throws(ServiceError) -> BatchPage {
        do {
            return try BatchPage(json: reply.body)
        } catch {
            throw failure(.malformedReply(error.reason), reply)
        }
    }

    private static func failure(_ code: ServiceError.Code, _ reply: ServiceReply) -> ServiceError {
        ServiceError(code: code, operation: ServiceError.listing, requestID: reply.head.requestID)
    }
}

extension BatchLister {
    /// Requests and decodes one batch object.
    ///
    /// - Throws: ``ServiceError`` also if the reply is about another batch.
    package func messageBatch(id: String) async throws(ServiceError) -> (batch: MessageBatch, head: ReplyHead) {
        let reply = try await batch(id: id)
        do throws(MalformedBatch) {
            guard !containsKey(reply.body) else { throw MalformedBatch.echo(id: id) }
            let batch = try MessageBatch(json: reply.body)
            guard batch.id == id else { throw MalformedBatch(reason: "the reply is about another batch") }
            return (batch, reply.head)
        } catch {
            throw ServiceError(
                // An object with this ID is the batch, so the request itself did not fail.
                code: error.id == id ? .malformedBatch(error.reason) : .malformedReply(error.reason),
                operation: "\(ServiceError.listing)/\(id)",
                requestID: reply.head.requestID
            )
        }
    }
}
