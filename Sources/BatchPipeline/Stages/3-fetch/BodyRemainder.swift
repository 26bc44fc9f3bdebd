/// The part of a results body after the bytes that an earlier download left.
///
/// The API sends no `etag` and no ranges, so the whole body is requested again. The beginning is compared by digest and
/// not returned. Iteration throws ``BodyChanged`` if it differs.
struct BodyRemainder: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    let body: any AsyncSequence<[UInt8], any Error> & Sendable
    /// The length of the beginning that is already stored.
    let skippedBytes: Int
    /// The digest of the beginning, see ``BatchDraft/receivedDigest()``.
    let skippedDigest: String
    /// An empty digest of the same kind.
    let digest: any ByteDigest

    func makeAsyncIterator() -> Iterator {
        Iterator(chunks: body.makeErasedIterator(), left: skippedBytes, expected: skippedDigest, digest: digest)
    }

    struct Iterator: AsyncIteratorProtocol {
        var chunks: any AsyncIteratorProtocol<[UInt8], any Error>
        /// The number of bytes that are still to be compared.
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

/// A results body whose beginning differs from that of an earlier download.
struct BodyChanged: Error {}
