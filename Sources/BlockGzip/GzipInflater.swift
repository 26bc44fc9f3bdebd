import CZlib

/// Reads any gzip: one member or many, with or without `MZ`, cut into pieces anywhere, padded with zeros at its end.
///
/// It does no I/O. Give it a piece with ``push(_:)``, take content with ``next()`` until that returns nil, and so on; call
/// ``finish()`` when the input is over. Holds one piece of input and one of output, whatever the file's size. CRC-32 and
/// length of every member are checked when its end is reached, so content comes out before it is proven.
@safe
package struct GzipInflater: ~Copyable {
    /// The most bytes ``next()`` returns at once.
    package static let pieceSize = 262_144

    private enum State {
        /// At the place where a member begins; only zeros may follow once padding was seen.
        case between
        case padding
        case inMember
        case failed(GzipFailure)
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var state = State.between
    private var input: [UInt8] = []
    private var position = 0
    /// Compressed bytes before ``input``.
    private var inputOffset = 0
    private var members = 0

    package init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 16 more than the window: zlib reads header and trailer of gzip itself (zlib.h, inflateInit2).
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
    /// Compressed bytes taken in so far.
    package var byteOffset: Int { inputOffset + position }

    /// Whole members read so far.
    package var memberCount: Int { members }

    /// Gives the next piece of the file.
    ///
    /// The piece before must have been used up: ``next()`` returned nil.
    package mutating func push(_ piece: [UInt8]) {
        precondition(position == input.count, "take the content of the piece before first")
        inputOffset += input.count
        input = piece
        position = 0
    }

    /// The next content, at most ``pieceSize`` bytes, never empty; nil when more input is needed.
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

    /// Says that the input is over.
    ///
    /// Throws if it ends inside a member or holds none.
    package mutating func finish() throws(GzipFailure) {
        switch state {
        case .failed(let failure): throw failure
        case .inMember: throw fail(.truncated)
        case .between, .padding: if members == 0 { throw fail(.truncated) }
        }
    }

    /// Looks at the byte between two members; false if there is none.
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
            // zlib never writes through next_in; its type is without const for historical reasons.
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

    /// zlib tells its reasons apart only by their text (inflate.c).
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
