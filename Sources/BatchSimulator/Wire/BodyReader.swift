import BlockGzip

/// Generates a body piece by piece, compressed if requested.
package struct BodyReader: Sendable {
    /// The size of a piece in bytes, large enough to make the cost of socket writes negligible.
    static let pieceSize = 512 << 10

    private let body: ReplyBody
    /// The index of the next byte, or of the next line of a generated batch.
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
            // A body in memory is compressed at once, with zlib.
            self.body = .bytes(ZlibCodec.compressed(bytes))
            coding = .identity
        case .bytes, .generated:
            self.body = body
            coding = isGzipped ? .gzip(StoredGzip()) : .identity
        }
    }

    /// The next piece, which is never empty; nil after the last.
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

    /// Compresses bytes into one gzip member.
    fileprivate static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        do {
            return try shared.member(holding: bytes.span)
        } catch {
            preconditionFailure("zlib compresses everything below 4 GB: \(error)")
        }
    }
}
