import JSONLines

extension BodyTally {
    /// Counts the lines of a body without archiving them.
    ///
    /// Custom IDs are not compared, so ``duplicateLines`` stays 0. Throws `LineTooLong` of JSONLines, and the errors of the body.
    package init(
        counting body: any AsyncSequence<[UInt8], any Error> & Sendable,
        maxLineBytes: Int = LineSplitter.defaultMaxLineBytes
    ) async throws {
        self.init()
        let splitter = LineSplitter(maxLineBytes: maxLineBytes, sequence: 0, firstLine: 1, byteOffset: 0)
        var blocks = BlockReader(body, splitter: splitter)
        while let block = try await blocks.next() {
            try Task.checkCancellation()
            count(ResultDecoder.decode(block), LinesDigest(block))
        }
    }
}
