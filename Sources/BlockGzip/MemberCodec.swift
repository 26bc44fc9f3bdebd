/// Turns whole buffers into gzip members and back, for many tasks at once.
///
/// Every codec reads what any other wrote. Equal input gives an equal member as long as ``identity`` and the library's
/// file are the same; across libraries only the content is the same.
package protocol MemberCodec: Sendable {
    /// Which code compresses, and how hard.
    var identity: CodecIdentity { get }

    /// One member in the form of ``MemberLayout`` that holds `content`.
    func member(holding content: Span<UInt8>) throws(GzipFailure) -> [UInt8]

    /// The content of one whole member in exactly the form of ``MemberLayout``; `member` has no byte more or less.
    ///
    /// Header, size, CRC-32 and length are all checked, so that no change goes unnoticed but one without effect: in the up
    /// to seven idle bits behind the end of the deflate stream. Use ``GzipInflater`` for gzip from elsewhere.
    func content(of member: Span<UInt8>) throws(GzipFailure) -> [UInt8]
}

/// What a member depends on beside its content: recorded in the manifest.
package struct CodecIdentity: Sendable, Hashable {
    /// `zlib` or `libdeflate`.
    package var name: String
    package var level: Int
    /// The library's own version, where it tells one.
    package var version: String?
    /// The file the library was loaded from; the program itself if it is linked in.
    package var libraryPath: String?

    package init(name: String, level: Int, version: String? = nil, libraryPath: String? = nil) {
        self.name = name
        self.level = level
        self.version = version
        self.libraryPath = libraryPath
    }
}

/// The three calls a compression library has to give; ``MemberCodec`` is built on them.
protocol DeflateLibrary: MemberCodec {
    /// The most bytes that `count` bytes can become.
    func deflateBound(_ count: Int) -> Int

    /// Writes the deflate stream of `content` to `output`, which has room for ``deflateBound(_:)`` bytes.
    func deflate(
        _ content: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) throws(GzipFailure) -> Int

    /// Inflates one deflate stream and returns how much was read and written.
    func inflate(
        _ stream: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) throws(GzipFailure) -> (read: Int, written: Int)

    /// The CRC-32 of RFC 1952.
    func checksum(_ content: UnsafeRawBufferPointer) -> UInt32
}

extension DeflateLibrary {
    package func member(holding content: Span<UInt8>) throws(GzipFailure) -> [UInt8] {
        let bound = deflateBound(content.count)
        guard bound <= Int(UInt32.max) else { throw GzipFailure(.tooLarge) }
        return try unsafe filled(capacity: bound + MemberLayout.headerSize + MemberLayout.trailerSize) {
            output throws(GzipFailure) in
            let header = MemberLayout.headerSize
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: output[header..<(header + bound)])
            var size = 0
            var checksum: UInt32 = 0
            try unsafe content.withUnsafeBytes { bytes throws(GzipFailure) in
                size = unsafe try deflate(bytes, into: room)
                checksum = unsafe self.checksum(bytes)
            }
            unsafe output.copyBytes(from: MemberLayout.header(deflateSize: UInt32(size)))
            let trailer = MemberLayout.trailer(checksum: checksum, contentSize: content.count)
            unsafe UnsafeMutableRawBufferPointer(rebasing: output[(header + size)...]).copyBytes(from: trailer)
            return header + size + MemberLayout.trailerSize
        }
    }

    package func content(of member: Span<UInt8>) throws(GzipFailure) -> [UInt8] {
        guard member.count >= MemberLayout.minimumSize else { throw GzipFailure(.truncated, byteOffset: member.count) }
        guard let size = MemberLayout.memberSize(header: member) else {
            throw GzipFailure(.header("not a member of this program"))
        }
        guard size <= member.count else { throw GzipFailure(.truncated, byteOffset: member.count) }
        guard size == member.count else { throw GzipFailure(.memberSize, byteOffset: size) }
        let streamEnd = size - MemberLayout.trailerSize
        let stream = member.extracting(MemberLayout.headerSize..<streamEnd)
        let expected = Int(MemberLayout.word(in: member, at: streamEnd + 4))
        // Deflate cannot expand by more than 1032 (RFC 1951: 258 bytes out of two bits), so that a damaged length does
        // not make us ask for gigabytes.
        guard expected <= stream.count * 1_032 else { throw GzipFailure(.length, byteOffset: streamEnd + 4) }
        let storedChecksum = MemberLayout.word(in: member, at: streamEnd)
        return try unsafe filled(capacity: expected) { output throws(GzipFailure) in
            try unsafe stream.withUnsafeBytes { bytes throws(GzipFailure) in
                let done = unsafe try inflate(bytes, into: output)
                guard done.read == stream.count else { throw GzipFailure(.memberSize, byteOffset: streamEnd) }
                guard done.written == expected else { throw GzipFailure(.length, byteOffset: streamEnd + 4) }
            }
            guard unsafe checksum(UnsafeRawBufferPointer(output)) == storedChecksum else {
                throw GzipFailure(.checksum, byteOffset: streamEnd)
            }
            return expected
        }
    }
}

/// An array that `fill` writes directly; it returns how many bytes are valid.
private func filled(
    capacity: Int,
    _ fill: (UnsafeMutableRawBufferPointer) throws(GzipFailure) -> Int
) throws(GzipFailure) -> [UInt8] {
    // Array's initialiser rethrows without a type, so the error is carried around it.
    var failure: GzipFailure?
    // One byte at least: zlib takes no null pointer for an output of no bytes.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(capacity, 1)) { buffer, count in
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<capacity])
        do throws(GzipFailure) {
            count = unsafe try fill(room)
        } catch {
            failure = error
        }
    }
    if let failure { throw failure }
    return bytes
}
