package import MessageBatches

/// Walks the listing through the port and hands over the batches of a window, page by page.
package struct BatchWalk: Sendable {
    private let lister: any BatchLister
    private var walker: PageWalker
    private var isOver = false

    package init(lister: any BatchLister, walker: PageWalker) {
        self.lister = lister
        self.walker = walker
    }

    /// Batches seen so far, inside the window or not.
    package var listed: Int { walker.listed }

    /// The answer head of the last page: its `date` is the server's clock.
    package private(set) var head: ReplyHead?

    /// The batches in the window of the next page, perhaps none; nil once the walk is over.
    package mutating func next() async throws(ServiceError) -> [MessageBatch]? {
        guard !isOver else { return nil }
        let reply = try await page()
        head = reply.head
        let page = try Self.decoded(reply)
        do {
            let step = try walker.take(page)
            isOver = !step.goesOn
            return step.batches
        } catch {
            throw Self.failure(.cursorStuck(error.cursor), reply)
        }
    }

    private mutating func page() async throws(ServiceError) -> ServiceReply {
        while true {
            do throws(ServiceError) {
                return try await lister.page(walker.query)
            } catch {
                // What the API answers to a cursor whose batch is gone is not documented; these two are likely.
                guard [400, 404].contains(error.status), walker.stepBack() else { throw error }
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
        ServiceError(code: code, operation: "GET /v1/messages/batches", requestID: reply.head.requestID)
    }
}

extension BatchLister {
    /// One batch by id, decoded.
    package func messageBatch(id: String) async throws(ServiceError) -> (batch: MessageBatch, head: ReplyHead) {
        let reply = try await batch(id: id)
        do {
            return (try MessageBatch(json: reply.body), reply.head)
        } catch {
            throw ServiceError(
                code: .malformedReply(error.reason),
                operation: "GET /v1/messages/batches/{id}",
                requestID: reply.head.requestID
            )
        }
    }
}
