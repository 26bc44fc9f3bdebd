package import JSONLines

/// Pulls whole blocks out of a results body: `next()` waits for bytes only until a block is full.
///
/// The body is asked for its next chunk only when a block is wanted, so a slow disk slows the socket down.
package struct BlockReader {
    private var splitter: LineSplitter
    private var chunks: any AsyncIteratorProtocol<[UInt8], any Error>
    private var ready: [LineBlock] = []
    private var isFinished = false

    package init(_ body: any AsyncSequence<[UInt8], any Error>, splitter: LineSplitter) {
        self.splitter = splitter
        chunks = body.makeErasedIterator()
    }

    /// The next block in order, or nil behind the last.
    ///
    /// Throws ``LineTooLong`` or what the body throws.
    package mutating func next() async throws -> LineBlock? {
        while ready.isEmpty, !isFinished {
            if let chunk = try await chunks.next(isolation: nil) {
                ready = try splitter.append(chunk)
            } else {
                isFinished = true
                ready = splitter.finish().map { [$0] } ?? []
            }
        }
        return ready.isEmpty ? nil : ready.removeFirst()
    }
}

extension AsyncSequence where Element == [UInt8], Failure == any Error {
    func makeErasedIterator() -> any AsyncIteratorProtocol<[UInt8], any Error> {
        makeAsyncIterator()
    }
}
