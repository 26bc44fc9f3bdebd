/// The answer of an endpoint, before it is encoded as an HTTP reply.
package enum Answer: Sendable {
    case page(BatchPage)
    /// A batch object.
    case batch(id: String, json: [UInt8])
    case results(batchID: String, ReplyBody)
    case deleted(id: String)
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
            return .json(Array(#"{"id":"\#(id)","type":"message_batch_deleted"}"#.utf8))
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
        var json = Array(#"{"data":["#.utf8)
        for (index, batch) in batches.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json += batch.json
        }
        json += Array("],\"has_more\":\(hasMore),\"first_id\":\(Self.quoted(batches.first?.id)),".utf8)
        json += Array("\"last_id\":\(Self.quoted(batches.last?.id))}".utf8)
        return edits.reduce(json) { $1.applied(to: $0) }
    }

    private static func quoted(_ id: String?) -> String {
        id.map { "\"\($0)\"" } ?? "null"
    }
}
