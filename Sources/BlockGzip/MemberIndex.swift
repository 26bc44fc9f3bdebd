/// Finds the members of a file by hopping from header to header, without inflating any.
package enum MemberIndex {
    /// Where the members of a file lie.
    ///
    /// - Parameters:
    ///   - size: The size of the file in bytes.
    ///   - read: Gives the bytes of a range of the file.
    /// - Returns: The byte ranges of all members, in order, or nil if a member has another form than ``MemberLayout``:
    ///   then the file comes from elsewhere and ``GzipInflater`` reads it from its start.
    /// - Throws: ``GzipFailure`` if the last member ends behind the file's end; whatever `read` throws.
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
