import BatchPipeline
import MessageBatches
import Synchronization

/// A service with scripted answers that records its requests.
///
/// It lists its batches newest first, in pages like the API. A list of answers is used one by one; the last one is
/// repeated.
final class ScriptedService: BatchLister, ResultSource {
    /// One answer to a request for results.
    enum Results: Sendable {
        case body(ScriptedBody)
        case failure(ServiceError)

        static func file(_ lines: [String]) -> Results {
            .body(ScriptedBody(ResultLine.file(lines)))
        }
    }

    private struct State {
        var batches: [MessageBatch]
        var retrievals: [String: [Result<MessageBatch, ServiceError>]] = [:]
        var results: [String: [Results]] = [:]
        var pageFailures: [Int: ServiceError] = [:]
        var pages: [PageQuery] = []
        var retrieved: [String] = []
        var asked: [String] = []
        var slowdowns = 0
    }

    private let state: Mutex<State>
    /// The head of every answer; its date is the server's clock.
    let head: ReplyHead
    /// Set on every stream of results.
    let rewrittenFrom: String?

    init(
        _ batches: [MessageBatch] = [],
        head: ReplyHead = ReplyHead(status: 200, requestID: "req_1", workspaceID: "wrkspc_1"),
        rewrittenFrom: String? = nil
    ) {
        state = Mutex(State(batches: batches.sorted { $0.createdAt > $1.createdAt }))
        self.head = head
        self.rewrittenFrom = rewrittenFrom
    }

    /// The requested pages.
    var pages: [PageQuery] { state.withLock { $0.pages } }
    /// The IDs of the requested batch objects.
    var retrieved: [String] { state.withLock { $0.retrieved } }
    /// The IDs of the batches whose results were requested.
    var asked: [String] { state.withLock { $0.asked } }

    /// The number of times the service slowed down all requests.
    var slowdowns: Int { state.withLock { $0.slowdowns } }

    /// Slows down all requests once.
    func slowDown() {
        state.withLock { $0.slowdowns += 1 }
    }

    /// Sets the answers to requests for the results of a batch, in order.
    func script(_ id: String, _ results: [Results]) {
        state.withLock { $0.results[id] = results }
    }

    /// Sets the answers to requests for a batch object, in order; the default is the listed object.
    func scriptRetrieval(_ id: String, _ answers: Result<MessageBatch, ServiceError>...) {
        state.withLock { $0.retrievals[id] = answers }
    }

    /// Makes the request for a page fail, counted from 0.
    func failPage(_ number: Int, _ failure: ServiceError) {
        state.withLock { $0.pageFailures[number] = failure }
    }

    func page(_ query: PageQuery) async throws(ServiceError) -> ServiceReply {
        let (batches, failure) = state.withLock { state in
            state.pages.append(query)
            return (state.batches, state.pageFailures[state.pages.count - 1])
        }
        if let failure { throw failure }
        let start = query.afterID.flatMap { id in batches.firstIndex { $0.id == id } }.map { $0 + 1 } ?? 0
        let part = batches[start...].prefix(query.limit)
        let ends = [part.first, part.last].map { $0.map { "\"\($0.id)\"" } ?? "null" }
        let data = part.map { String(decoding: $0.json, as: UTF8.self) }.joined(separator: ",")
        let text = """
            {"data":[\(data)],"has_more":\(part.endIndex < batches.endIndex),"first_id":\(ends[0]),"last_id":\(ends[1])}
            """
        return ServiceReply(head: head, body: Array(text.utf8))
    }

    func batch(id: String) async throws(ServiceError) -> ServiceReply {
        let (answer, listed) = state.withLock { state in
            state.retrieved.append(id)
            return (state.retrievals[id].consumeNext(), state.batches.first { $0.id == id })
        }
        if let answer { return ServiceReply(head: head, body: try answer.get().json) }
        guard let listed else { throw .status(404) }
        return ServiceReply(head: head, body: listed.json)
    }

    func results(of batch: MessageBatch) async throws(ServiceError) -> ResultStream {
        let answer = state.withLock { state in
            state.asked.append(batch.id)
            return state.results[batch.id].consumeNext()
        }
        switch answer {
        case .body(let body): return ResultStream(head: head, rewrittenFrom: rewrittenFrom, body: body)
        case .failure(let failure): throw failure
        case nil: throw .status(404)
        }
    }
}

extension ServiceError {
    static func status(_ status: Int, serverDate: Timestamp? = nil) -> ServiceError {
        ServiceError(code: .status(status), operation: "GET", serverDate: serverDate)
    }

    static let cut = ServiceError(code: .transport(.cut, detail: "connection reset"), operation: "GET")
}

extension Optional {
    /// Removes and returns the first of a list of answers; the last one stays.
    fileprivate mutating func consumeNext<Answer>() -> Answer? where Wrapped == [Answer] {
        guard let answers = self, let first = answers.first else { return nil }
        if answers.count > 1 { self = Array(answers.dropFirst()) }
        return first
    }
}
