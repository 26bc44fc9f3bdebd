/// Compressed bytes that are not what they should be, with the place.
package struct GzipFailure: Error, Sendable, Hashable {
    /// What is wrong.
    package enum Reason: Sendable, Hashable {
        /// The first bytes are no gzip header: most likely the file was never compressed.
        case notGzip
        /// The bytes end inside a member.
        case truncated
        /// A header this program cannot read, or did not write where only its own members are allowed.
        case header(String)
        /// The deflate stream breaks a rule of RFC 1951; the clause comes from the library.
        case deflate(String)
        /// The CRC-32 of the inflated bytes is not the one in the trailer.
        case checksum
        /// The number of inflated bytes is not the one in the trailer.
        case length
        /// The `MZ` field and the deflate stream disagree about where the member ends.
        case memberSize
        /// Bytes behind the last member that are neither a member nor zero padding.
        case trailingBytes
        /// More bytes than one member can hold (2³² − 1 after compression).
        case tooLarge
        /// The library could not get memory.
        case outOfMemory
    }

    package var reason: Reason
    /// The member it happened in, from 0.
    package var member: Int
    /// Where that was seen, in compressed bytes from the start of what was read.
    package var byteOffset: Int

    package init(_ reason: Reason, member: Int = 0, byteOffset: Int = 0) {
        self.reason = reason
        self.member = member
        self.byteOffset = byteOffset
    }

    /// The same failure, for a member that starts at `offset` of a file and is number `index` in it.
    package func inMember(_ index: Int, at offset: Int) -> GzipFailure {
        GzipFailure(reason, member: member + index, byteOffset: byteOffset + offset)
    }
}
