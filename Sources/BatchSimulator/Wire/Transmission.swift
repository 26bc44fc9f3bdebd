/// The steps that send one reply, one after the other: what the server does without thinking.
struct Transmission: Sendable {
    /// One thing to do.
    enum Step: Sendable {
        /// Wait for so long.
        case wait(Duration)
        /// Send nothing until the gate opens.
        case hold(Gate)
        /// Send status and headers.
        case head
        /// Send a piece of the body.
        case bytes([UInt8])
        /// Send the end of the body.
        case finish
        /// Reset the connection; nothing follows.
        case reset
        /// Close the connection without the end of the body; nothing follows.
        case close
    }

    private enum Stage {
        case delay
        case head
        case body
        case over
    }

    private var body: BodyReader
    private let delay: Duration
    /// Nil once it has happened.
    private var interruption: Interruption?
    private var stage = Stage.delay
    /// Body bytes handed out so far.
    private var sent = 0
    /// Read but not handed out yet: what may still lie behind the interruption.
    private var pending: [UInt8] = []

    init(_ reply: SimulatedReply) {
        body = BodyReader(reply.body, isGzipped: reply.delivery.isGzipped)
        delay = reply.delivery.delay
        interruption = reply.delivery.interruption
    }

    /// The next step, or nil when the reply is done.
    mutating func next() -> Step? {
        switch stage {
        case .delay:
            stage = .head
            return delay > .zero ? .wait(delay) : next()
        case .head:
            if case .beforeHead = interruption?.place { return interrupt() }
            stage = .body
            return .head
        case .body:
            return nextOfBody()
        case .over:
            return nil
        }
    }

    private mutating func nextOfBody() -> Step {
        switch interruption?.place {
        case .afterBytes(let count): nextBytes(upTo: count)
        case .beforeEnd(let count): nextBytes(keepingBack: count)
        case .beforeHead, nil: nextBytes()
        }
    }

    private mutating func nextBytes() -> Step {
        if !pending.isEmpty { return send(pending.count) }
        guard let piece = body.next() else {
            stage = .over
            return .finish
        }
        return .bytes(piece)
    }

    private mutating func nextBytes(upTo count: Int) -> Step {
        guard sent < count else { return interrupt() }
        guard let piece = body.next() else { return interrupt() }
        pending += piece
        return send(min(pending.count, count - sent))
    }

    private mutating func nextBytes(keepingBack count: Int) -> Step {
        while pending.count <= count, let piece = body.next() { pending += piece }
        return pending.count > count ? send(pending.count - count) : interrupt()
    }

    private mutating func send(_ count: Int) -> Step {
        let piece = Array(pending.prefix(count))
        pending.removeFirst(count)
        sent += count
        return .bytes(piece)
    }

    private mutating func interrupt() -> Step {
        guard let action = interruption?.action else { return .finish }
        interruption = nil
        if case .stall(let gate) = action { return .hold(gate) }
        let hadHead = stage == .body
        stage = .over
        switch action {
        case .reset: return .reset
        // Without a head there is nothing that could end well.
        case .end where hadHead: return .finish
        case .end, .close, .stall: return .close
        }
    }
}
