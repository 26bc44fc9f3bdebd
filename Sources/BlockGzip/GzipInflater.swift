import CZlib

/// Decompresses any gzip stream: one member or several, with or without `MZ`, in chunks of any size, with zero padding
/// at the end.
///
/// It does no I/O. Pass a chunk to ``push(_:)``, then call ``next()`` until it returns nil. Call ``finish()`` at the
/// end of the input. It holds one chunk of input and one of output, so memory does not depend on the file size. CRC-32
/// and length are checked at the end of each member, so content is returned before it is verified.
@safe
package struct GzipInflater: ~Copyable {
    /// The maximum number of bytes that ``next()`` returns.
    package static let pieceSize = 262_144

    private enum State {
        /// Between two members.
        ///
        /// After padding, only zeros may follow.
        case between
        case padding
        case inMember
        case failed(GzipFailure)
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var state = State.between
    private var input: [UInt8] = []
    private var position = 0
    /// The number of compressed bytes before ``input``.
    private var inputOffset = 0
    private var members = 0

    package init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15 is the largest window; adding 16 makes zlib read gzip headers and trailers (zlib.h, inflateInit2).
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        let status = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, size)
        if status != Z_OK {
            state = .failed(GzipFailure(.outOfMemory))
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }
}

extension GzipInflater {
    /// The number of compressed bytes consumed so far.
    package var byteOffset: Int { inputOffset + position }

    /// The number of complete members read so far.
    package var memberCount: Int { members }

    /// Adds the next chunk of compressed input.
    ///
    /// The previous chunk must be used up: ``next()`` returned nil.
    package mutating func push(_ piece: [UInt8]) {
        precondition(position == input.count, "take the content of the piece before first")
        inputOffset += input.count
        input = piece
        position = 0
    }

    /// Returns the next chunk of content, at most ``pieceSize`` bytes and never empty, or nil if more input is needed.
    package mutating func next() throws(GzipFailure) -> [UInt8]? {
        while true {
            switch state {
            case .failed(let failure):
                throw failure
            case .between, .padding:
                guard try beginMember() else { return nil }
            case .inMember:
                let content = try inflatePiece()
                if !content.isEmpty { return content }
                if position == input.count, case .inMember = state { return nil }
            }
        }
    }

    /// Ends the input.
    ///
    /// Throws if the input ends inside a member or contains no member.
    package mutating func finish() throws(GzipFailure) {
        switch state {
        case .failed(let failure): throw failure
        case .inMember: throw fail(.truncated)
        case .between, .padding: if members == 0 { throw fail(.truncated) }
        }
    }

    /// Examines the next byte between two members and returns false if the input is used up.
    private mutating func beginMember() throws(GzipFailure) -> Bool {
        guard position < input.count else { return false }
        if members > 0, input[position] == 0 {
            state = .padding
            position += 1
            return true
        }
        if case .padding = state { throw fail(.trailingBytes) }
        guard input[position] == 0x1F else { throw fail(members == 0 ? .notGzip : .trailingBytes) }
        unsafe inflateReset(stream)
        state = .inMember
        return true
    }

    private mutating func inflatePiece() throws(GzipFailure) -> [UInt8] {
        var status = Z_OK
        let stream = unsafe self.stream
        let rest = position..<input.count
        let content = unsafe input.withUnsafeBufferPointer { bytes in
            // zlib does not write through next_in; the type lacks const for historical reasons.
            unsafe stream.pointee.next_in = UnsafeMutablePointer(
                mutating: bytes.baseAddress.map { unsafe $0 + rest.lowerBound }
            )
            unsafe stream.pointee.avail_in = uInt(rest.count)
            return unsafe [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { room, count in
                unsafe stream.pointee.next_out = room.baseAddress
                unsafe stream.pointee.avail_out = uInt(Self.pieceSize)
                status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
                count = unsafe Self.pieceSize - Int(stream.pointee.avail_out)
            }
        }
        position = unsafe input.count - Int(stream.pointee.avail_in)
        switch status {
        case Z_OK, Z_BUF_ERROR:
            return content
        case Z_STREAM_END:
            members += 1
            state = .between
            return content
        default:
            throw fail(reason(status))
        }
    }

    private mutating func fail(_ reason: GzipFailure.Reason) -> GzipFailure {
        let failure = GzipFailure(reason, member: members, byteOffset: byteOffset)
        state = .failed(failure)
        return failure
    }

    /// Returns the reason for a zlib status.
    ///
    /// Only the text distinguishes the data errors of zlib (inflate.c).
    private func reason(_ status: Int32) -> GzipFailure.Reason {
        guard status != Z_MEM_ERROR else { return .outOfMemory }
        let text = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "no reason given"
        switch text {
        case "incorrect data check": return .checksum
        case "incorrect length check": return .length
        case "incorrect header check": return members == 0 ? .notGzip : .trailingBytes
        case "unknown compression method", "unknown header flags set", "header crc mismatch": return .header(text)
        default: return .deflate(text)
        }
    }
}
