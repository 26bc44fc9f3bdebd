/// Finds the members of a file from their headers, without decompressing them.
package enum MemberIndex {
    /// Returns the byte ranges of the members in a file.
    ///
    /// - Parameters:
    ///   - size: The size of the file in bytes.
    ///   - read: Returns the bytes in a range of the file.
    /// - Returns: The byte ranges of all members, in order. Nil if a member is not in the form of ``MemberLayout``:
    ///   then another program wrote the file, and ``GzipInflater`` must read it from the start.
    /// - Throws: ``GzipFailure`` if the file ends before its last member does; any error of `read`.
    package static func members(
        inFileOf size: Int,
        read: (Range<Int>) throws -> [UInt8]
    ) throws -> [Range<Int>]? {
        var members: [Range<Int>] = []
        var offset = 0
        while offset < size {
            let header = try read(offset..<min(offset + MemberLayout.headerSize, size))
            guard let length = MemberLayout.memberSize(header: header.span) else { return nil }
            guard length <= size - offset else {
                throw GzipFailure(.truncated, member: members.count, byteOffset: size)
            }
            members.append(offset..<(offset + length))
            offset += length
        }
        return members
    }
}
