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
    private let listener: any Channel
    private let connections: OpenConnections

    private init(
        service: SimulatedService,
        port: Int,
        prefix: String,
        listener: any Channel,
        connections: OpenConnections
    ) {
        self.service = service
        self.port = port
        baseURL = "http://127.0.0.1:\(port)\(prefix)"
        self.listener = listener
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
        let listener: any Channel
        do {
            listener = try await listen(on: port, for: service, connections)
        } catch let error as IOError {
            throw ScenarioError.cannotListen(port: port, reason: reason(for: error))
        }
        let server = SimulatorServer(
            service: service,
            port: listener.localAddress?.port ?? port,
            prefix: scenario.pathPrefix,
            listener: listener,
            connections: connections
        )
        if Task.isCancelled {
            await server.stop()
            throw CancellationError()
        }
        return server
    }

    /// Serves each connection in a task of its own, which also ends a connection that nothing was sent to.
    private static func listen(
        on port: Int,
        for service: SimulatedService,
        _ connections: OpenConnections
    ) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    let connection = try NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>(
                        wrappingChannelSynchronously: channel
                    )
                    connections.serve(channel) {
                        try await ReplySender(channel: channel).serve(connection, from: service)
                    }
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
    }

    private static func reason(for error: IOError) -> String {
        switch error.errnoCode {
        case EADDRINUSE: "another program listens there"
        case EACCES: "it is reserved for the system"
        default: error.description
        }
    }

    /// Closes the port and all connections, even during replies, and returns when all are closed.
    package func stop() async {
        end()
        await wait()
    }

    /// Waits until the server is stopped; stops it if the calling task is canceled.
    package func wait() async {
        await withTaskCancellationHandler {
            try? await listener.closeFuture.get()
            await connections.wait()
        } onCancel: {
            end()
        }
    }

    private func end() {
        listener.close(promise: nil)
        connections.closeAll()
    }
}

/// The open connections of a server, so that all can be closed at once, even if a client has stopped reading.
private final class OpenConnections: Sendable {
    private struct State {
        var open: [Int: (channel: any Channel, task: Task<Void, Never>)] = [:]
        var next = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Serves a connection until `body` ends; closes it at once after ``closeAll()``.
    ///
    /// `body` runs in any case, because it must end its connection.
    func serve(_ channel: any Channel, _ body: @escaping @Sendable () async throws -> Void) {
        let isClosed = state.withLock { state in
            let number = state.next
            state.next += 1
            let task = Task {
                // A connection that breaks concerns only its client.
                try? await body()
                self.state.withLock { _ = $0.open.removeValue(forKey: number) }
            }
            state.open[number] = (channel, task)
            return state.isClosed
        }
        if isClosed { closeAll() }
    }

    /// Closes all connections, and each later one when it is opened.
    func closeAll() {
        let open = state.withLock { state in
            state.isClosed = true
            return Array(state.open.values)
        }
        for connection in open {
            connection.task.cancel()
            connection.channel.close(promise: nil)
        }
    }

    /// Waits until no connection is open.
    func wait() async {
        while let task = state.withLock({ $0.open.first?.value.task }) { await task.value }
    }
}
