import JSONLines

/// The answer of an endpoint, before it is encoded as an HTTP reply.
package enum Answer: Sendable {
    case page(BatchPage)
    /// A batch object.
    case batch(id: String, json: [UInt8])
    case results(batchID: String, ReplyBody)
    case deleted(id: String)
    /// A page of a report of the Admin API.
    case report([UInt8])
    case error(APIError)
    /// A complete reply from a hook.
    case reply(SimulatedReply)
}

extension Answer {
    /// Encodes the answer, without the headers that every reply has.
    func reply(requestID: String) -> SimulatedReply {
        switch self {
        case .page(let page):
            return .json(page.json)
        case .batch(_, let json):
            var reply = SimulatedReply.json(json)
            // The API sends this header with status 200 while the batch is in progress.
            let status = (try? JSONMembers(json))?.string("processing_status")
            if status == "in_progress" { reply.headers.set("retry-after", to: "10") }
            return reply
        case .results(let id, let body):
            let headers = [
                HeaderField("content-type", "application/x-jsonl"),
                HeaderField("content-disposition", "attachment; filename*=utf-8''\(id)_results.jsonl"),
                HeaderField("vary", "Accept-Encoding"),
            ]
            return SimulatedReply(status: 200, headers: headers, body: body)
        case .deleted(let id):
            return .json(JSONNode.object([("id", .text(id)), ("type", .text("message_batch_deleted"))]).text)
        case .report(let json):
            return .json(json)
        case .error(let error):
            var reply = SimulatedReply.json(error.body(requestID: requestID), status: error.status)
            reply.headers += error.headers
            return reply
        case .reply(let reply):
            return reply
        }
    }
}

extension SimulatedReply {
    fileprivate static func json(_ body: [UInt8], status: Int = 200) -> SimulatedReply {
        SimulatedReply(
            status: status,
            headers: [HeaderField("content-type", "application/json")],
            body: .bytes(body)
        )
    }
}

/// A page of the list: `data`, `has_more`, `first_id` and `last_id`.
package struct BatchPage: Sendable {
    package var batches: [(id: String, json: [UInt8])]
    /// Whether more batches follow in the direction of paging.
    package var hasMore: Bool
    /// Changes to the encoded page object.
    package var edits: [JSONEdit] = []

    /// The page object as JSON.
    fileprivate var json: [UInt8] {
        let page = JSONNode.object([
            ("data", .array(batches.map { .verbatim($0.json) })), ("has_more", .verbatim(Array("\(hasMore)".utf8))),
            ("first_id", .optional(batches.first?.id)), ("last_id", .optional(batches.last?.id)),
        ])
        return edits.reduce(page.text) { $1.applied(to: $0) }
    }
}
