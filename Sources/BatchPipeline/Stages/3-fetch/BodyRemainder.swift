/// The part of a results body behind what an earlier read left.
///
/// The service gives no `etag` and no ranges, so a body is asked for from its start again; its beginning is compared by digest
/// and not handed on. Throws ``BodyChanged`` where it differs.
struct BodyRemainder: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    let body: any AsyncSequence<[UInt8], any Error> & Sendable
    /// The length of the beginning that is there already.
    let skippedBytes: Int
    /// Its digest, as ``BatchDraft/receivedDigest()`` tells it.
    let skippedDigest: String
    /// An empty digest of the same kind.
    let digest: any ByteDigest

    func makeAsyncIterator() -> Iterator {
        Iterator(chunks: body.makeErasedIterator(), left: skippedBytes, expected: skippedDigest, digest: digest)
    }

    struct Iterator: AsyncIteratorProtocol {
        var chunks: any AsyncIteratorProtocol<[UInt8], any Error>
        /// Bytes still to be compared.
        var left: Int
        let expected: String
        var digest: any ByteDigest

        mutating func next() async throws -> [UInt8]? {
            while left > 0 {
                guard let chunk = try await chunks.next(isolation: nil) else { throw BodyChanged() }
                let known = chunk.prefix(left)
                digest.update(known)
                left -= known.count
                guard left == 0 else { continue }
                guard digest.hex == expected else { throw BodyChanged() }
                if known.count < chunk.count { return Array(chunk[known.count...]) }
            }
            return try await chunks.next(isolation: nil)
        }
    }
}

/// A results body that does not begin, or not go on, as an earlier read found it.
struct BodyChanged: Error {}
