/// An error in gzip data, with its position.
package struct GzipFailure: Error, Sendable, Hashable {
    /// The kind of the error.
    package enum Reason: Sendable, Hashable {
        /// The first bytes are not a gzip header: most likely the file was never compressed.
        case notGzip
        /// The data ends inside a member.
        case truncated
        /// The header is not supported, or it is not in the form of ``MemberLayout`` if only that form is allowed.
        case header(String)
        /// The deflate stream violates RFC 1951; the clause comes from the library.
        case deflate(String)
        /// The CRC-32 of the content differs from the trailer.
        case checksum
        /// The length of the content differs from the trailer.
        case length
        /// The `MZ` field and the deflate stream disagree about the end of the member.
        case memberSize
        /// The last member is followed by bytes that are neither a member nor zero padding.
        case trailingBytes
        /// The content is larger than one member can hold: 2³² − 1 bytes after compression.
        case tooLarge
        /// The library could not allocate memory.
        case outOfMemory
    }

    package var reason: Reason
    /// The number of the member that has the error, from 0.
    package var member: Int
    /// The position of the error, in compressed bytes from the start of the input.
    package var byteOffset: Int

    package init(_ reason: Reason, member: Int = 0, byteOffset: Int = 0) {
        self.reason = reason
        self.member = member
        self.byteOffset = byteOffset
    }

    /// Returns this error for a member that is number `index` of a file and starts at `offset`.
    package func inMember(_ index: Int, at offset: Int) -> GzipFailure {
        GzipFailure(reason, member: member + index, byteOffset: byteOffset + offset)
    }
}

extension GzipFailure.Reason {
    /// A clause that describes the error, for use in a sentence.
    package var clause: String {
        switch self {
        case .notGzip: "not a gzip file"
        case .truncated: "it ends inside a gzip member"
        case .header(let text): "unsupported gzip header: \(text)"
        case .deflate(let text): "the compressed data is damaged: \(text)"
        case .checksum: "the checksum of a gzip member is wrong"
        case .length: "the length of a gzip member is wrong"
        case .memberSize: "a gzip member differs from its recorded length"
        case .trailingBytes: "invalid data after the last gzip member"
        case .tooLarge: "too large for one gzip member"
        case .outOfMemory: "there was not enough memory"
        }
    }
}
