/// What the simulated service answers: status, headers, the source of the body, and how the body is to be sent.
package struct SimulatedReply: Sendable {
    package var status: Int
    package var headers: [HeaderField]
    package var body: ReplyBody
    package var delivery = Delivery()

    package init(status: Int, headers: [HeaderField], body: ReplyBody) {
        self.status = status
        self.headers = headers
        self.body = body
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
}

/// How a reply travels: after what delay, coded how, and where it is disturbed.
package struct Delivery: Sendable {
    /// How long to wait before anything is sent.
    package var delay: Duration = .zero
    /// Whether the body is sent as one gzip member.
    package var isGzipped = false
    /// Where and how the reply is disturbed, if at all.
    package var interruption: Interruption?

    package init() {}
}

/// A disturbance at one place of a reply.
///
/// Positions count the body's bytes as sent, after any compression.
package struct Interruption: Sendable {
    package enum Place: Sendable, Hashable {
        /// Before the status line.
        case beforeHead
        /// Behind the head and this many bytes of the body; behind the last byte where the body is shorter.
        case afterBytes(Int)
        /// This many bytes before the end of the body; behind the head where the body is shorter.
        case beforeEnd(Int)
    }

    package enum Action: Sendable {
        /// Nothing more is sent until the gate opens; then the reply goes on.
        case stall(Gate)
        /// The connection is reset (RST). What the peer has not read yet may be lost to it.
        case reset
        /// The connection is closed without the last chunk: an unfinished body.
        case close
        /// The body ends here as if it were complete.
        case end
    }

    package var place: Place
    package var action: Action

    package init(_ action: Action, at place: Place) {
        self.place = place
        self.action = action
    }
}
