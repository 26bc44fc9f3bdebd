import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A server on a loopback port that answers the n-th request with the n-th reply of a script, and keeps what it was asked.
///
/// Replies go out byte by byte as written: it knows no HTTP beyond the empty line that ends a request.
final class ScriptedServer: Sendable {
    /// What happens on a connection after a request came in.
    enum Step: Sendable {
        case bytes([UInt8])
        /// The same bytes again and again, until the client closes the connection.
        case endless([UInt8])
        /// An orderly end of the connection.
        case close
        /// A reset, as after a crash.
        case reset

        static func text(_ text: String) -> Step { .bytes(Array(text.utf8)) }
    }

    /// The steps for one request.
    ///
    /// Without `close` or `reset` the connection stays open, as in a stall.
    typealias Reply = [Step]

    private struct Log {
        var requests: [String] = []
        var connections = 0
        var rest: ArraySlice<Reply>
    }

    private let log: Mutex<Log>
    private let channel: Mutex<(any Channel)?> = Mutex(nil)

    private init(_ script: [Reply]) {
        log = Mutex(Log(rest: script[...]))
    }

    /// Runs `body` against a server that plays `script`.
    ///
    /// Once the script is over, it closes without a word. The greeting goes out on every connection, unasked.
    static func run<Value>(
        _ script: [Reply],
        greeting: Reply = [],
        tls: NIOSSLContext? = nil,
        body: (ScriptedServer) async throws -> Value
    ) async throws -> Value {
        let server = ScriptedServer(script)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Player(server: server, greeting: greeting))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        server.channel.withLock { $0 = channel }
        do {
            let value = try await body(server)
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    var port: Int { channel.withLock { $0?.localAddress?.port ?? 0 } }
    var origin: String { "http://127.0.0.1:\(port)" }
    /// The heads of the requests so far, with their line ends.
    var requests: [String] { log.withLock { $0.requests } }
    /// The connections accepted so far.
    var connections: Int { log.withLock { $0.connections } }

    fileprivate func connected() {
        log.withLock { $0.connections += 1 }
    }

    fileprivate func reply(to request: String) -> Reply {
        log.withLock { log in
            log.requests.append(request)
            return log.rest.popFirst() ?? [.close]
        }
    }
}

/// Plays replies on one connection.
private final class Player: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ScriptedServer
    private let greeting: ScriptedServer.Reply
    private var received = ""

    init(server: ScriptedServer, greeting: ScriptedServer.Reply) {
        self.server = server
        self.greeting = greeting
    }

    func channelActive(context: ChannelHandlerContext) {
        server.connected()
        for step in greeting { perform(step, context: context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        while let end = received.range(ofHead: "\r\n\r\n") {
            let request = String(received[..<end])
            received.removeSubrange(..<end)
            for step in server.reply(to: request) { perform(step, context: context) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func perform(_ step: ScriptedServer.Step, context: ChannelHandlerContext) {
        switch step {
        case .bytes(let bytes):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        case .endless(let bytes):
            let loop = context.eventLoop
            let channel = NIOLoopBound((context, self), eventLoop: loop)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)))
                .whenSuccess {
                    // In a new turn of the loop: writes that succeed at once would recurse until the stack is full.
                    loop.execute {
                        let (context, player) = channel.value
                        player.perform(step, context: context)
                    }
                }
        case .close:
            context.close(promise: nil)
        case .reset:
            // A linger time of zero turns the close into a RST.
            if let options = context.channel as? any SocketOptionProvider {
                let channel = NIOLoopBound(context, eventLoop: context.eventLoop)
                options.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    .whenComplete { _ in
                        channel.value.close(promise: nil)
                    }
            }
        }
    }
}

extension String {
    /// The place right behind the first empty line.
    fileprivate func range(ofHead separator: String) -> String.Index? {
        let bytes = Array(utf8)
        let mark = Array(separator.utf8)
        guard bytes.count >= mark.count else { return nil }
        let start = (0...(bytes.count - mark.count)).first { bytes[$0..<($0 + mark.count)].elementsEqual(mark) }
        return start.map { utf8.index(utf8.startIndex, offsetBy: $0 + mark.count) }
    }
}
