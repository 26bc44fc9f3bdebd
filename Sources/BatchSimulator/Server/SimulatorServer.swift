import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A simulated service that listens on a port of the loopback interface.
package final class SimulatorServer: Sendable {
    /// The service that answers the requests.
    package let service: SimulatedService
    package let port: Int
    /// The URL for clients, including the scenario's path prefix, without a trailing slash.
    package let baseURL: String
    private let running: Task<Void, any Error>
    private let connections: OpenConnections

    private init(
        service: SimulatedService,
        port: Int,
        prefix: String,
        running: Task<Void, any Error>,
        connections: OpenConnections
    ) {
        self.service = service
        self.port = port
        baseURL = "http://127.0.0.1:\(port)\(prefix)"
        self.running = running
        self.connections = connections
        service.listen(at: baseURL)
    }

    /// Starts a server and returns when it listens.
    ///
    /// Port 0 selects a free port.
    ///
    /// - Throws: ``ScenarioError`` if the scenario is invalid or the port cannot be used.
    package static func start(_ scenario: Scenario, port: Int = 0) async throws -> SimulatorServer {
        guard (0...65_535).contains(port) else {
            throw ScenarioError.cannotListen(port: port, reason: "ports go from 0 to 65535")
        }
        let service = try SimulatedService(scenario)
        let connections = OpenConnections()
        let (ports, listening) = AsyncThrowingStream<Int, any Error>.makeStream()
        let running = Task {
            do {
                try await serve(service, connections, port: port) { listening.yield($0) }
                listening.finish()
            } catch {
                listening.finish(throwing: error)
                throw error
            }
        }
        do {
            for try await port in ports {
                return SimulatorServer(
                    service: service,
                    port: port,
                    prefix: scenario.pathPrefix,
                    running: running,
                    connections: connections
                )
            }
            // Without a port and without an error, the calling task was canceled.
            running.cancel()
            throw CancellationError()
        } catch let error as IOError {
            throw ScenarioError.cannotListen(port: port, reason: reason(for: error))
        }
    }

    private static func reason(for error: IOError) -> String {
        switch error.errnoCode {
        case EADDRINUSE: "another program listens there"
        case EACCES: "it is reserved for the system"
        default: error.description
        }
    }

    /// Reports the port when it listens, and serves until the calling task is canceled.
    private static func serve(
        _ service: SimulatedService,
        _ connections: OpenConnections,
        port: Int,
        onListening: (Int) -> Void
    ) async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(connections.tracker())
                    return try NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        onListening(listener.channel.localAddress?.port ?? port)
        await withDiscardingTaskGroup { group in
            // Ends with an error when the task is canceled.
            try? await listener.executeThenClose { accepted in
                for try await connection in accepted {
                    group.addTask {
                        // A connection that breaks concerns only its client.
                        try? await ReplySender(channel: connection.channel).serve(connection, from: service)
                    }
                }
            }
        }
    }

    /// Closes the port and all connections, even during replies, and returns when all are closed.
    package func stop() async {
        end()
        _ = await running.result
    }

    /// Waits until the server is stopped; stops it if the calling task is canceled.
    package func wait() async throws {
        try await withTaskCancellationHandler {
            try await running.value
        } onCancel: {
            end()
        }
    }

    private func end() {
        running.cancel()
        connections.closeAll()
    }
}

/// The open connections of a server.
///
/// They are tracked so that all can be closed at once, even if a client has stopped reading.
private final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Closes all connections, and each later one when it is opened.
    func closeAll() {
        let channels = state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }

    /// Creates a handler that registers one connection here.
    func tracker() -> any ChannelInboundHandler {
        Tracker(connections: self)
    }

    private func add(_ channel: any Channel) {
        let isClosed = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isClosed
        }
        if isClosed { channel.close(promise: nil) }
    }

    private func remove(_ channel: any Channel) {
        _ = state.withLock { $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    private final class Tracker: ChannelInboundHandler {
        typealias InboundIn = NIOAny

        private let connections: OpenConnections

        init(connections: OpenConnections) {
            self.connections = connections
        }

        func handlerAdded(context: ChannelHandlerContext) {
            connections.add(context.channel)
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            connections.remove(context.channel)
        }
    }
}
