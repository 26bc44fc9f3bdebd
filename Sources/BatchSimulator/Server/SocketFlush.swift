import NIOCore

/// Tells when everything written so far has gone to the socket.
///
/// It stands at the socket's end of the pipeline, where writes are plain bytes and keep their order: an empty one is done
/// when all before it are.
final class SocketFlush: ChannelOutboundHandler, RemovableChannelHandler, Sendable {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let done: EventLoopPromise<Void>

    private init(done: EventLoopPromise<Void>) {
        self.done = done
    }

    /// Returns once the bytes written before the call are with the kernel.
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
