import Synchronization

/// A results body that arrives in given chunks and then ends or throws.
struct ScriptedBody: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    let chunks: [[UInt8]]
    /// Thrown after the last chunk; nil for a normal end.
    var failure: (any Error)?
    /// Called before each chunk is returned, with its number from 0.
    var willGive: @Sendable (Int) async -> Void = { _ in }

    init(chunks: [[UInt8]], failure: (any Error)? = nil) {
        self.chunks = chunks
        self.failure = failure
    }

    /// `bytes` in chunks of the given sizes, repeated.
    init(_ bytes: [UInt8], sizes: [Int] = [.max], failure: (any Error)? = nil) {
        var chunks: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let size = sizes[chunks.count % sizes.count]
            chunks.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        self.init(chunks: chunks, failure: failure)
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(body: self)
    }

    struct Iterator: AsyncIteratorProtocol {
        let body: ScriptedBody
        var given = 0

        mutating func next() async throws -> [UInt8]? {
            guard given < body.chunks.count else {
                if let failure = body.failure { throw failure }
                return nil
            }
            await body.willGive(given)
            given += 1
            return body.chunks[given - 1]
        }
    }
}
