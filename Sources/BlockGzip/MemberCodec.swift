/// Compresses buffers to gzip members and decompresses them; safe for concurrent use.
///
/// Every codec reads the output of every other codec. Equal content gives equal bytes only if ``identity`` and the
/// library file are the same.
package protocol MemberCodec: Sendable {
    /// The library and the level.
    var identity: CodecIdentity { get }

    /// Compresses `content` to one member in the form of ``MemberLayout``.
    func member(holding content: Span<UInt8>) throws(GzipFailure) -> [UInt8]

    /// Decompresses one complete member in the form of ``MemberLayout``; `member` contains nothing else.
    ///
    /// Header, size, CRC-32 and length are checked. The only changes that remain undetected are in up to seven unused
    /// bits after the deflate stream. Use ``GzipInflater`` for gzip data from other programs.
    func content(of member: Span<UInt8>) throws(GzipFailure) -> [UInt8]
}

/// What determines the compressed bytes, apart from the content; recorded in the manifest.
package struct CodecIdentity: Sendable, Hashable {
    /// `zlib` or `libdeflate`.
    package var name: String
    package var level: Int
    /// The version of the library, if it reports one.
    package var version: String?
    /// The file that the library was loaded from; nil if it is linked into the program.
    package var libraryPath: String?

    package init(name: String, level: Int, version: String? = nil, libraryPath: String? = nil) {
        self.name = name
        self.level = level
        self.version = version
        self.libraryPath = libraryPath
    }
}

/// The functions that a compression library must provide; ``MemberCodec`` is implemented with them.
protocol DeflateLibrary: MemberCodec {
    /// Returns the maximum compressed size of `count` bytes.
    func deflateBound(_ count: Int) -> Int

    /// Writes the deflate stream of `content` to `output`, which has ``deflateBound(_:)`` bytes, and returns its size.
    func deflate(
        _ content: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) throws(GzipFailure) -> Int

    /// Decompresses one deflate stream and returns the number of bytes read and written.
    func inflate(
        _ stream: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) throws(GzipFailure) -> (read: Int, written: Int)

    /// Returns the CRC-32 of RFC 1952.
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
        // Deflate expands data by a factor of at most 1032 (RFC 1951: 258 bytes from two bits). This check prevents
        // huge allocations for a damaged length.
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

/// Creates an array that `fill` writes to directly; `fill` returns the number of valid bytes.
private func filled(
    capacity: Int,
    _ fill: (UnsafeMutableRawBufferPointer) throws(GzipFailure) -> Int
) throws(GzipFailure) -> [UInt8] {
    // Array's initializer has no typed rethrow, so the error is stored in a variable.
    var failure: GzipFailure?
    // At least one byte: zlib does not accept a null pointer as output.
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
