package import BatchSimulator

/// The disturbances while a reply is sent.
package struct Delivery: Sendable {
    /// The time to wait before anything is sent.
    package var delay: Duration = .zero
    /// The place and kind of the disturbance, if there is one.
    package var interruption: Interruption?

    package init() {}
}

/// A disturbance at one place of a reply.
///
/// Positions count the bytes of the body as sent, after compression.
package struct Interruption: Sendable {
    package enum Place: Sendable, Hashable {
        /// Before the status line.
        case beforeHead
        /// After the head and this many bytes of the body, or after the last byte if the body is shorter.
        case afterBytes(Int)
        /// This many bytes before the end of the body, or after the head if the body is shorter.
        case beforeEnd(Int)
    }

    package enum Action: Sendable {
        /// Nothing more is sent until the gate opens; then the reply continues.
        case stall(Gate)
        /// The connection is reset (RST). The client may lose data that it has not read yet.
        case reset
        /// The connection is closed without the last chunk, so the body is incomplete.
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

/// The steps that send one reply with its disturbances.
package struct DisturbedReply: IteratorProtocol, Sendable {
    package typealias Step = SimulatedReply.Step

    private enum Stage {
        case delay
        case head
        case body
        case over
    }

    private var body: BodyReader
    package let delivery: Delivery
    /// Nil after it has happened.
    private var interruption: Interruption?
    private var stage = Stage.delay
    /// The number of body bytes returned so far.
    private var sent = 0
    /// Bytes that were read but not returned yet; they may follow after the interruption.
    private var pending: [UInt8] = []

    package init(_ reply: SimulatedReply, _ delivery: Delivery) {
        body = BodyReader(reply.body, isGzipped: reply.isGzipped)
        self.delivery = delivery
        interruption = delivery.interruption
    }

    /// The next step; nil after the last.
    package mutating func next() -> Step? {
        switch stage {
        case .delay:
            stage = .head
            let delay = delivery.delay
            return delay > .zero ? .wait { try await Task.sleep(for: delay) } : next()
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
        if case .stall(let gate) = action { return .wait { await gate.pass() } }
        let hadHead = stage == .body
        stage = .over
        switch action {
        case .reset: return .reset
        // Without a head, the reply cannot end normally.
        case .end where hadHead: return .finish
        case .end, .close, .stall: return .close
        }
    }
}
