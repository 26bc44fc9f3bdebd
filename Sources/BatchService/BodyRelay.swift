import NIOCore
import Synchronization

/// A bounded buffer between the task that reads a body from the network and the task that uses it.
///
/// Small network reads are combined to one chunk while the consumer is busy. When ``capacity`` is reached, the producer
/// waits, and the HTTP library stops reading from the socket. It supports one producer and one consumer.
final class BodyRelay: Sendable {
    /// The number of buffered bytes at which the producer waits.
    static let capacity = 1_048_576

    private struct State {
        var chunk: [UInt8] = []
        var end: Result<Void, any Error>?
        var consumer: CheckedContinuation<Void, Never>?
        var producer: CheckedContinuation<Void, Never>?
        /// The number of pushes and reads; if it does not change, nothing happened.
        var events = 0

        mutating func removeConsumer() -> CheckedContinuation<Void, Never>? {
            defer { consumer = nil }
            return consumer
        }

        mutating func removeProducer() -> CheckedContinuation<Void, Never>? {
            defer { producer = nil }
            return producer
        }
    }

    private let state = Mutex(State())
}

extension BodyRelay {
    /// Appends bytes to the buffer and returns when there is room for more.
    ///
    /// Returns false if the consumer no longer reads.
    func push(_ bytes: ByteBuffer) async -> Bool {
        let (consumer, isFull, isOver) = state.withLock { state in
            guard state.end == nil else { return (nil as CheckedContinuation<Void, Never>?, false, true) }
            state.chunk.append(contentsOf: bytes.readableBytesView)
            state.events += 1
            return (state.removeConsumer(), state.chunk.count >= Self.capacity, false)
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

    /// Ends the body, with or without an error.
    ///
    /// Bytes that arrived before an error are still delivered. Only the first call has an effect.
    func finish(_ end: Result<Void, any Error>) {
        let (consumer, producer) = state.withLock { state in
            if state.end == nil { state.end = end }
            return (state.removeConsumer(), state.removeProducer())
        }
        consumer?.resume()
        producer?.resume()
    }

    /// Discards the buffer and accepts no more bytes.
    func abandon() {
        state.withLock { $0.chunk = [] }
        finish(.failure(CancellationError()))
    }

    /// Returns all buffered bytes, or waits for the next ones; nil at the end of the body.
    func next() async throws -> [UInt8]? {
        while true {
            let (chunk, end, producer) = state.withLock { state in
                let chunk = state.chunk
                state.chunk = []
                if !chunk.isEmpty { state.events += 1 }
                return (chunk, state.end, state.removeProducer())
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
            let canContinue = state.withLock { state in
                if state.end != nil || !state.chunk.isEmpty { return true }
                state.consumer = continuation
                return false
            }
            if canContinue { continuation.resume() }
        }
    }

    /// The state that the idle timeout checks: it runs only while the reader waits for the network, not while the
    /// producer waits.
    var activity: (events: Int, isProducerWaiting: Bool) {
        state.withLock { ($0.events, $0.chunk.count >= Self.capacity) }
    }
}
