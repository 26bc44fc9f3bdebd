import NIOCore
import Synchronization

/// The bytes of a body between the task that takes them from the network and the one that uses them.
///
/// Small network reads gather into one chunk while the consumer is busy. At ``capacity`` the producer is held back, and
/// with it, through the HTTP library, the socket. One producer, one consumer.
final class BodyRelay: Sendable {
    /// Bytes from which on the producer waits.
    static let capacity = 1_048_576

    private struct State {
        var chunk: [UInt8] = []
        var end: Result<Void, any Error>?
        var consumer: CheckedContinuation<Void, Never>?
        var producer: CheckedContinuation<Void, Never>?
        /// Counts pushes and takes: a value that stays means that nothing happened.
        var events = 0

        mutating func takeConsumer() -> CheckedContinuation<Void, Never>? {
            defer { consumer = nil }
            return consumer
        }

        mutating func takeProducer() -> CheckedContinuation<Void, Never>? {
            defer { producer = nil }
            return producer
        }
    }

    private let state = Mutex(State())
}

extension BodyRelay {
    /// Adds bytes behind those that wait and returns once there is room for more.
    ///
    /// False means that nobody wants them any more.
    func push(_ bytes: ByteBuffer) async -> Bool {
        let (consumer, isFull, isOver) = state.withLock { state in
            guard state.end == nil else { return (nil as CheckedContinuation<Void, Never>?, false, true) }
            state.chunk.append(contentsOf: bytes.readableBytesView)
            state.events += 1
            return (state.takeConsumer(), state.chunk.count >= Self.capacity, false)
        }
        consumer?.resume()
        guard !isOver else { return false }
        if isFull { await waitForRoom() }
        return true
    }

    private func waitForRoom() async {
        await withCheckedContinuation { continuation in
            let hasRoom = state.withLock { state in
                if state.end != nil || state.chunk.count < Self.capacity { return true }
                state.producer = continuation
                return false
            }
            if hasRoom { continuation.resume() }
        }
    }

    /// Ends the body, whole or broken.
    ///
    /// Bytes before a break are still handed out. The first end counts.
    func finish(_ end: Result<Void, any Error>) {
        let (consumer, producer) = state.withLock { state in
            if state.end == nil { state.end = end }
            return (state.takeConsumer(), state.takeProducer())
        }
        consumer?.resume()
        producer?.resume()
    }

    /// Throws away what waits and takes nothing more.
    func abandon() {
        state.withLock { $0.chunk = [] }
        finish(.failure(CancellationError()))
    }

    /// All bytes that wait, or the next to come; nil at the end.
    func next() async throws -> [UInt8]? {
        while true {
            let (chunk, end, producer) = state.withLock { state in
                let chunk = state.chunk
                state.chunk = []
                if !chunk.isEmpty { state.events += 1 }
                return (chunk, state.end, state.takeProducer())
            }
            producer?.resume()
            if !chunk.isEmpty { return chunk }
            if let end {
                try end.get()
                return nil
            }
            await withTaskCancellationHandler {
                await waitForBytes()
            } onCancel: {
                abandon()
            }
        }
    }

    private func waitForBytes() async {
        await withCheckedContinuation { continuation in
            let mayGoOn = state.withLock { state in
                if state.end != nil || !state.chunk.isEmpty { return true }
                state.consumer = continuation
                return false
            }
            if mayGoOn { continuation.resume() }
        }
    }

    /// What an idle clock looks at: it runs only while the network owes us bytes, not while we hold it back.
    var activity: (events: Int, isHeldBack: Bool) {
        state.withLock { ($0.events, $0.chunk.count >= Self.capacity) }
    }
}
