extension Answer {
    /// The reply that carries this answer, without the headers that every reply has.
    func reply(requestID: String) -> SimulatedReply {
        switch self {
        case .page(let page):
            return .json(page.json)
        case .batch(_, let json):
            var reply = SimulatedReply.json(json)
            // The API sends this with 200 while there is something to wait for.
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
        case .raw(let status, let headers, let body):
            return SimulatedReply(status: status, headers: headers, body: .bytes(body))
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

extension ReplyBody {
    var isEmpty: Bool {
        if case .bytes(let bytes) = self { return bytes.isEmpty }
        return false
    }
}
