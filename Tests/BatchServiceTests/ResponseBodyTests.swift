import AsyncHTTPClient
import BatchPipeline
import BlockGzip
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import BatchService

@Suite
struct ResponseBodyTests {
    /// Pieces of a body, with a count of how many were asked for.
    private final class Pieces: AsyncSequence, Sendable {
        typealias Element = ByteBuffer

        private let pieces: [[UInt8]]
        private let taken = Mutex(0)
        private let end: (any Error)?

        init(_ pieces: [[UInt8]], end: (any Error)? = nil) {
            self.pieces = pieces
            self.end = end
        }

        var count: Int { taken.withLock { $0 } }

        func makeAsyncIterator() -> Iterator { Iterator(pieces: self) }

        struct Iterator: AsyncIteratorProtocol {
            let pieces: Pieces

            func next() async throws -> ByteBuffer? {
                let index = pieces.taken.withLock { taken in
                    defer { taken += 1 }
                    return taken
                }
                if index < pieces.pieces.count { return ByteBuffer(bytes: pieces.pieces[index]) }
                if let end = pieces.end { throw end }
                return nil
            }
        }
    }

    private func body(_ pieces: Pieces, isGzip: Bool = false, clock: ManualClock = ManualClock()) -> ResponseBody {
        ResponseBody(
            .stream(pieces),
            of: ServiceRequest(url: try! ServiceURL("http://127.0.0.1"), kind: .results, name: "GET results"),
            head: ResponseHead(status: 200, headers: isGzip ? ["content-encoding": "gzip"] : [:]),
            idleTimeout: .seconds(60),
            stopwatch: Stopwatch(clock),
            proxy: nil
        )
    }

    private func gzip(_ text: String) throws -> [UInt8] {
        try ZlibCodec().member(holding: Array(text.utf8).span)
    }

    @Test
    func `small pieces arrive in order and whole`() async throws {
        let pieces = (0..<10_000).map { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        let received = try await body(Pieces(pieces)).collect(upTo: 20_000)
        #expect(received == pieces.flatMap { $0 })
    }

    @Test
    func `a producer is held back while the consumer is busy, and that is no silence`() async throws {
        let piece = [UInt8](repeating: 7, count: BodyRelay.capacity / 4)
        let pieces = Pieces(Array(repeating: piece, count: 12))
        let clock = ManualClock()
        let body = body(pieces, clock: clock)
        // Time that passes before the producer waits would be silence.
        while !body.download.relay.activity.isProducerWaiting { await Task.yield() }
        // Ten idle times pass before the first byte is read.
        for _ in 1...40 {
            await clock.waitForSleepers()
            clock.advance(by: .seconds(15))
        }
        #expect(pieces.count == 4)
        var total = 0
        for try await chunk in body {
            #expect(chunk.count <= BodyRelay.capacity)
            total += chunk.count
        }
        #expect(total == piece.count * 12)
    }

    @Test
    func `bytes before a break are handed out before it`() async throws {
        let pieces = Pieces([[1, 2], [3]], end: HTTPClientError.remoteConnectionClosed)
        var received: [UInt8] = []
        let error = await #expect(throws: ServiceError.self) {
            for try await chunk in body(pieces) { received += chunk }
        }
        #expect(received == [1, 2, 3])
        #expect(error?.transportFault == .cut)
    }

    @Test
    func `a body longer than its limit is nil`() async throws {
        #expect(try await body(Pieces([[1, 2], [3]])).collect(upTo: 2) == nil)
        #expect(try await body(Pieces([[1, 2], [3]])).collect(upTo: 3) == [1, 2, 3])
    }

    @Test
    func `the prefix of a broken body is what came of it`() async {
        let pieces = Pieces([[1, 2], [3]], end: HTTPClientError.remoteConnectionClosed)
        #expect(await body(pieces).prefix(upTo: 10).bytes == [1, 2, 3])
        #expect(await body(Pieces([[1, 2, 3, 4]])).prefix(upTo: 2).bytes == [1, 2])
    }

    @Test
    func `gzip is inflated wherever it is cut into pieces`() async throws {
        let compressed = try gzip("hello\n") + gzip("world\n")
        for cut in 0...compressed.count {
            let pieces = Pieces([Array(compressed[..<cut]), Array(compressed[cut...])])
            let received = try await body(pieces, isGzip: true).collect(upTo: 100)
            #expect(received == Array("hello\nworld\n".utf8))
        }
    }

    @Test
    func `gzip that ends early is a break at every place but a member's end`() async throws {
        let first = try gzip("hello\n")
        let compressed = try first + gzip("world\n")
        for length in 0..<compressed.count where length != first.count {
            let pieces = Pieces([Array(compressed[..<length])])
            let error = await #expect(throws: ServiceError.self) {
                try await body(pieces, isGzip: true).collect(upTo: 100)
            }
            #expect(error?.code == .transport(.cut, detail: "the gzip body ends too early"))
        }
    }

    @Test
    func `damaged gzip is a break`() async throws {
        var compressed = try gzip(String(repeating: "hello\n", count: 100))
        compressed[compressed.count - 6] ^= 1
        let error = await #expect(throws: ServiceError.self) {
            try await body(Pieces([compressed]), isGzip: true).collect(upTo: 10_000)
        }
        guard case .transport(.damaged, let detail) = error?.code else {
            Issue.record("not damaged: \(String(describing: error))")
            return
        }
        #expect(detail.hasPrefix("byte ") && detail.hasSuffix(": the checksum of a gzip member is wrong"))
        let plain = await #expect(throws: ServiceError.self) {
            try await body(Pieces([Array("plain".utf8)]), isGzip: true).collect(upTo: 100)
        }
        #expect(plain?.code == .transport(.damaged, detail: "content-encoding is gzip, but the body is not"))
    }

    @Test
    func `bytes after the last member are damage, and zeros are padding`() async throws {
        let compressed = try gzip("hello\n")
        for rest in ["\n", "{}", "</html>"] {
            let error = await #expect(throws: ServiceError.self) {
                try await body(Pieces([compressed, Array(rest.utf8)]), isGzip: true).collect(upTo: 100)
            }
            #expect(error?.transportFault == .damaged)
        }
        let padded = Pieces([compressed, [UInt8](repeating: 0, count: 600)])
        #expect(try await body(padded, isGzip: true).collect(upTo: 100) == Array("hello\n".utf8))
    }

    @Test
    func `empty members have no content and do not end the body`() async throws {
        let empty = try gzip("")
        let parts = [[UInt8]](repeating: empty, count: 5_000)
        let pieces = try Pieces(parts + [gzip("hello\n")] + parts)
        #expect(try await body(pieces, isGzip: true).collect(upTo: 100) == Array("hello\n".utf8))
    }

    @Test
    func `gzip of little that means much stays bounded`() async throws {
        let compressed = try gzip(String(repeating: "0", count: 8_000_000))
        #expect(try await body(Pieces([compressed]), isGzip: true).collect(upTo: 1_000_000) == nil)
        for try await chunk in body(Pieces([compressed]), isGzip: true) {
            #expect(chunk.count <= GzipInflater.pieceSize)
        }
    }

    @Test
    func `a body that nobody reads any more stops the producer`() async throws {
        weak var held: Pieces?
        do {
            let pieces = Pieces(Array(repeating: [UInt8](repeating: 7, count: 100_000), count: 100))
            held = pieces
            #expect(await body(pieces).prefix(upTo: 1).bytes.count == 1)
        }
        for _ in 1...1_000_000 where held != nil { await Task.yield() }
        #expect(held == nil)
    }
}
