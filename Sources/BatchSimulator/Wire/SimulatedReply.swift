/// A reply of the simulated service: status, headers, body, and the steps that send it.
package struct SimulatedReply: Sendable {
    /// One step of sending a reply.
    package enum Step: Sendable {
        /// Send status and headers.
        case head
        /// Send a piece of the body.
        case bytes([UInt8])
        /// Send the end of the body.
        case finish
        /// Pass everything sent so far to the client, then wait for the closure.
        case wait(@Sendable () async throws -> Void)
        /// Reset the connection; this is the last step.
        case reset
        /// Close the connection without the end of the body; this is the last step.
        case close
    }

    package var status: Int
    package var headers: [HeaderField]
    package var body: ReplyBody
    /// Whether the body is sent as one gzip member.
    package var isGzipped = false
    /// The steps that send the reply, if a hook replaced the usual ones.
    package var changedSteps: (any IteratorProtocol<Step> & Sendable)?

    package init(status: Int, headers: [HeaderField], body: ReplyBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The steps that send the reply; usually the head, the pieces of the body, and the end.
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

/// The source of a body's bytes.
///
/// Large bodies are generated while they are sent.
package enum ReplyBody: Sendable {
    case bytes([UInt8])
    case generated(GeneratedBatch)

    /// The whole body in memory, for comparisons in tests and for edits.
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

/// An HTTP header field; names are lowercase.
package struct HeaderField: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension [HeaderField] {
    /// The value of the first field with this name, ignoring case.
    package func value(of name: String) -> String? {
        first { $0.name.lowercased() == name }?.value
    }

    /// Replaces all fields with this name by one; nil removes them.
    package mutating func set(_ name: String, to value: String?) {
        removeAll { $0.name.lowercased() == name }
        if let value { append(HeaderField(name, value)) }
    }
}
