package import JSONLines

/// Reads whole blocks from a results body.
///
/// The next chunk of the body is requested only if a block is needed, so a slow disk slows the connection down.
package struct BlockReader {
    private var splitter: LineSplitter
    private var chunks: any AsyncIteratorProtocol<[UInt8], any Error>
    private var ready: [LineBlock] = []
    private var isFinished = false

    package init(_ body: any AsyncSequence<[UInt8], any Error>, splitter: LineSplitter) {
        self.splitter = splitter
        chunks = body.makeErasedIterator()
    }

    /// Returns the next block, or nil after the last.
    ///
    /// Throws ``LineTooLong`` and the errors of the body.
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
