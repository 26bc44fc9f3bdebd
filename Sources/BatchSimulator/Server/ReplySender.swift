import Glibc
import NIOCore
import NIOHTTP1

/// Passes the requests of a connection to the service and sends the replies, step by step.
struct ReplySender {
    typealias Requests = NIOAsyncChannelInboundStream<HTTPServerRequestPart>
    typealias Replies = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    let channel: any Channel

    /// Closes the connection during a reply.
    private struct ConnectionEnds: Error {}

    /// Answers one request after another until the client or a reply closes the connection.
    ///
    /// - Throws: An error if the connection is closed during a reply.
    func serve(
        _ connection: NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>,
        from service: SimulatedService
    ) async throws {
        try await connection.executeThenClose { requests, replies in
            var parts = requests.makeAsyncIterator()
            while case .head(let head) = try await parts.next() {
                let request = try await simulated(head, body: &parts)
                try await send(service.reply(to: request), version: head.version, to: replies)
                // Without chunks, which came with HTTP/1.1, only the closure ends a body.
                guard head.isKeepAlive, head.version == .http1_1 else { break }
            }
            try await SocketFlush.wait(on: channel)
        }
    }

    private func send(_ reply: SimulatedReply, version: HTTPVersion, to replies: Replies) async throws {
        var steps = reply.steps
        while let step = steps.next() {
            switch step {
            case .head: try await replies.write(.head(Self.head(of: reply, version: version)))
            case .bytes(let bytes):
                // A canceled write does not always throw.
                try Task.checkCancellation()
                try await replies.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
            case .wait(let end): try await wait(for: end)
            case .finish:
                try await replies.write(.end(nil))
                return
            case .reset: try await reset()
            case .close:
                try await SocketFlush.wait(on: channel)
                throw ConnectionEnds()
            }
        }
    }

    /// Reads the body of a request.
    private func simulated(
        _ head: HTTPRequestHead,
        body parts: inout Requests.AsyncIterator
    ) async throws -> SimulatedRequest {
        var body: [UInt8] = []
        var isTooLarge = false
        while case .body(let buffer) = try await parts.next() {
            if body.count + buffer.readableBytes > CreateRequest.maxBytes { isTooLarge = true }
            if isTooLarge {
                body = []
            } else {
                body.append(contentsOf: buffer.readableBytesView)
            }
        }
        return SimulatedRequest(
            head.method.rawValue,
            head.uri,
            headers: head.headers.map { HeaderField($0.name.lowercased(), $0.value) },
            body: body,
            isBodyTooLarge: isTooLarge
        )
    }

    private static func head(of reply: SimulatedReply, version: HTTPVersion) -> HTTPResponseHead {
        HTTPResponseHead(
            version: version,
            status: HTTPResponseStatus(statusCode: reply.status),
            headers: HTTPHeaders(reply.headers.map { ($0.name, $0.value) })
        )
    }

    private func wait(for end: @Sendable () async throws -> Void) async throws {
        try await SocketFlush.wait(on: channel)
        try await end()
        try Task.checkCancellation()
    }

    /// Sends RST instead of FIN.
    ///
    /// With a linger time of 0, the kernel drops unsent data and resets the connection (RFC 9293, 3.10.4).
    private func reset() async throws {
        try await SocketFlush.wait(on: channel)
        if let options = channel as? any SocketOptionProvider {
            try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try await channel.close()
        throw ConnectionEnds()
    }
}

/// Waits until all earlier writes have reached the socket.
///
/// The handler is at the socket's end of the pipeline, where writes are bytes and keep their order. An empty write
/// completes after all earlier ones.
private final class SocketFlush: ChannelOutboundHandler, RemovableChannelHandler, Sendable {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let done: EventLoopPromise<Void>

    private init(done: EventLoopPromise<Void>) {
        self.done = done
    }

    /// Returns when the bytes written before this call have been passed to the kernel.
    static func wait(on channel: any Channel) async throws {
        let done = channel.eventLoop.makePromise(of: Void.self)
        do {
            try await channel.pipeline.addHandler(SocketFlush(done: done), position: .first).get()
        } catch {
            done.fail(error)
        }
        try await done.futureResult.get()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: done)
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
}
