/// Replies as bytes on the wire.
extension [ScriptedServer.Step] {
    /// A whole answer with its length.
    static func answer(_ status: Int = 200, headers: [String] = [], body: String = "{}") -> Self {
        answer(status, headers: headers, body: [UInt8](body.utf8))
    }

    static func answer(_ status: Int = 200, headers: [String] = [], body: [UInt8]) -> Self {
        [head(status, headers + ["content-length: \(body.count)"]), .bytes(body)]
    }

    /// A chunked answer, one HTTP chunk for each piece, then `end`.
    static func chunked(
        _ pieces: [[UInt8]],
        status: Int = 200,
        headers: [String] = [],
        end: [ScriptedServer.Step] = [.text("0\r\n\r\n")]
    ) -> Self {
        let chunks = pieces.map { piece in
            ScriptedServer.Step.bytes([UInt8]((String(piece.count, radix: 16) + "\r\n").utf8) + piece + [13, 10])
        }
        return [head(status, headers + ["transfer-encoding: chunked"])] + chunks + end
    }

    /// An error of the service.
    static func error(_ status: Int, _ type: String, headers: [String] = [], details: String = "null") -> Self {
        let error = #"{"type":"\#(type)","message":"no luck","details":\#(details)}"#
        let body = #"{"type":"error","error":\#(error),"request_id":"req_body"}"#
        return answer(status, headers: headers, body: body)
    }

    private static func head(_ status: Int, _ headers: [String]) -> ScriptedServer.Step {
        .text((["HTTP/1.1 \(status) Reason"] + headers).map { $0 + "\r\n" }.joined() + "\r\n")
    }
}
