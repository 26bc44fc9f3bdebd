/// What the simulated service answers: status, headers, the source of the body, and how it is sent.
package struct SimulatedReply: Sendable {
    /// One step of sending a reply.
    package enum Step: Sendable {
        /// Send status and headers.
        case head
        /// Send a piece of the body.
        case bytes([UInt8])
        /// Send the end of the body.
        case finish
        /// Hand everything sent so far to the peer, then wait for the closure.
        case wait(@Sendable () async throws -> Void)
        /// Reset the connection; nothing follows.
        case reset
        /// Close the connection without the end of the body; nothing follows.
        case close
    }

    package var status: Int
    package var headers: [HeaderField]
    package var body: ReplyBody
    /// Whether the body is sent as one gzip member.
    package var isGzipped = false
    /// The steps of sending it, if a hook gave other ones than the head, the pieces of the body and the end.
    package var changedSteps: (any IteratorProtocol<Step> & Sendable)?

    package init(status: Int, headers: [HeaderField], body: ReplyBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The steps of sending it: the head, the pieces of the body, the end.
    var steps: any IteratorProtocol<Step> & Sendable {
        changedSteps ?? PlainSteps(body: BodyReader(body, isGzipped: isGzipped))
    }

    private struct PlainSteps: IteratorProtocol, Sendable {
        private var body: BodyReader
        private var isStarted = false
        private var isFinished = false

        init(body: BodyReader) {
            self.body = body
        }

        mutating func next() -> Step? {
            guard !isFinished else { return nil }
            guard isStarted else {
                isStarted = true
                return .head
            }
            if let piece = body.next() { return .bytes(piece) }
            isFinished = true
            return .finish
        }
    }
}

/// Where the bytes of a body come from.
///
/// Large bodies are produced while they are sent.
package enum ReplyBody: Sendable {
    case bytes([UInt8])
    case generated(GeneratedBatch)

    /// The whole body in memory, for comparison in tests and for edits.
    package func collected() -> [UInt8] {
        switch self {
        case .bytes(let bytes): bytes
        case .generated(let batch): batch.allLines()
        }
    }

    var isEmpty: Bool {
        if case .bytes(let bytes) = self { return bytes.isEmpty }
        return false
    }
}

/// One HTTP header field; names are written in lower case.
package struct HeaderField: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension [HeaderField] {
    /// The first value of a field, whatever the case of its name.
    package func value(of name: String) -> String? {
        first { $0.name.lowercased() == name }?.value
    }

    /// Puts one value in place of all fields of that name; nil removes them.
    package mutating func set(_ name: String, to value: String?) {
        removeAll { $0.name.lowercased() == name }
        if let value { append(HeaderField(name, value)) }
    }
}
