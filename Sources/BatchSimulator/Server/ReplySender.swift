import Glibc
import HTTPTypes
import HummingbirdCore
import NIOCore

/// Passes a request to the service and sends the reply, step by step.
struct ReplySender {
    let channel: any Channel

    /// Closes the connection during a reply.
    private struct ConnectionEnds: Error {}

    /// Reads a whole request and sends the service's reply.
    ///
    /// - Throws: An error that makes the server close the connection.
    func answer(
        _ request: Request,
        from service: SimulatedService,
        to writer: consuming ResponseWriter
    ) async throws {
        let reply = service.reply(to: try await simulated(request))
        var steps = reply.steps
        while let step = steps.next() {
            switch step {
            case .wait(let end): try await wait(for: end)
            case .head:
                let body = try await writer.writeHead(Self.head(of: reply))
                try await sendBody(steps, to: body)
                return
            case .reset: try await reset()
            case .bytes, .finish, .close: throw ConnectionEnds()
            }
        }
    }

    private func sendBody(
        _ rest: any IteratorProtocol<SimulatedReply.Step> & Sendable,
        to writer: consuming some ResponseBodyWriter
    ) async throws {
        var steps = rest
        while let step = steps.next() {
            switch step {
            case .bytes(let bytes):
                // A canceled write does not always throw.
                try Task.checkCancellation()
                try await writer.write(ByteBuffer(bytes: bytes))
            case .wait(let end): try await wait(for: end)
            case .finish:
                try await writer.finish(nil)
                return
            case .reset: try await reset()
            case .close, .head:
                try await SocketFlush.wait(on: channel)
                throw ConnectionEnds()
            }
        }
    }

    private func simulated(_ request: Request) async throws -> SimulatedRequest {
        var body: [UInt8] = []
        var isTooLarge = false
        for try await buffer in request.body {
            if body.count + buffer.readableBytes > CreateRequest.maxBytes { isTooLarge = true }
            if isTooLarge {
                body = []
            } else {
                body.append(contentsOf: buffer.readableBytesView)
            }
        }
        return SimulatedRequest(
            request.head.method.rawValue,
            request.head.path ?? "/",
            headers: request.head.headerFields.map { HeaderField($0.name.canonicalName, $0.value) },
            body: body,
            isBodyTooLarge: isTooLarge
        )
    }

    private static func head(of reply: SimulatedReply) -> HTTPResponse {
        var fields = HTTPFields()
        for header in reply.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            fields.append(HTTPField(name: name, value: header.value))
        }
        return HTTPResponse(status: HTTPResponse.Status(code: reply.status), headerFields: fields)
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
