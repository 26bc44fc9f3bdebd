import BlockGzip

/// Produces a body piece by piece, compressed if asked for.
package struct BodyReader: Sendable {
    /// The size of the pieces: large enough that the cost of a socket write does not show.
    static let pieceSize = 512 << 10

    private let body: ReplyBody
    /// The next byte, or the next line of a generated batch.
    private var position = 0
    private var coding: Coding

    private enum Coding: Sendable {
        case identity
        case gzip(StoredGzip)
        case finished
    }

    package init(_ body: ReplyBody, isGzipped: Bool) {
        switch body {
        case .bytes(let bytes) where isGzipped:
            // A body in memory is compressed in earnest, at once.
            self.body = .bytes(ZlibCodec.compressed(bytes))
            coding = .identity
        case .bytes, .generated:
            self.body = body
            coding = isGzipped ? .gzip(StoredGzip()) : .identity
        }
    }

    /// The next piece, or nil after the end; no piece is empty.
    package mutating func next() -> [UInt8]? {
        let content = nextContent()
        switch coding {
        case .identity:
            return content
        case .finished:
            return nil
        case .gzip(var gzip):
            var output: [UInt8] = []
            if let content {
                gzip.append(content, to: &output)
                coding = .gzip(gzip)
            } else {
                gzip.finish(to: &output)
                coding = .finished
            }
            return output
        }
    }

    private mutating func nextContent() -> [UInt8]? {
        switch body {
        case .bytes(let bytes):
            guard position < bytes.count else { return nil }
            let start = position
            position = min(bytes.count, start + Self.pieceSize)
            return start == 0 && position == bytes.count ? bytes : Array(bytes[start..<position])
        case .generated(let batch):
            guard position < batch.lines else { return nil }
            var output: [UInt8] = []
            position = batch.appendLines(from: position, bytes: Self.pieceSize, to: &output)
            return output
        }
    }
}

extension ZlibCodec {
    private static let shared = ZlibCodec()

    /// One gzip member with the bytes.
    fileprivate static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        do {
            return try shared.member(holding: bytes.span)
        } catch {
            preconditionFailure("zlib compresses everything below 4 GB: \(error)")
        }
    }
}
