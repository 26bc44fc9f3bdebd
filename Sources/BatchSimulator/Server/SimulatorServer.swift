import Glibc
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// A simulated service on a port of the loopback interface.
package final class SimulatorServer: Sendable {
    /// What answers; ask it for the requests received and the true results.
    package let service: SimulatedService
    package let port: Int
    /// Where clients reach it, the scenario's path prefix included, without a slash at the end.
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

    /// Starts a server and returns once it listens.
    ///
    /// Port 0 stands for one that is free.
    ///
    /// - Throws: ``ScenarioError`` where the scenario does not hold together or the port cannot be had.
    package static func start(_ scenario: Scenario, port: Int = 0) async throws -> SimulatorServer {
        guard (0...65_535).contains(port) else {
            throw ScenarioError.cannotListen(port: port, reason: "ports go from 0 to 65535")
        }
        let service = try SimulatedService(scenario)
        let connections = OpenConnections()
        let (ports, listening) = AsyncThrowingStream<Int, any Error>.makeStream()
        let running = Task {
            do {
                try await server(for: service, connections, port: port) { listening.yield($0) }.run()
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
            // Only cancelling the caller ends the wait without a port and without an error.
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

    /// A server that tells its port once it listens.
    private static func server(
        for service: SimulatedService,
        _ connections: OpenConnections,
        port: Int,
        onListening: @escaping @Sendable (Int) -> Void
    ) -> Server<HTTP1Channel> {
        Server(
            childChannelSetup: HTTP1Channel(
                responder: { request, writer, channel in
                    try await ReplySender(channel: channel).answer(request, from: service, to: writer)
                },
                configuration: HTTP1Channel.Configuration(additionalChannelHandlers: [connections.tracker()])
            ),
            configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? port) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "simulator", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    /// Closes the port and every connection, replies under way included, and returns when all is closed.
    package func stop() async {
        end()
        _ = await running.result
    }

    /// Waits until the server is stopped, or stops it when the calling task is cancelled.
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

/// Runs `body` with a server on a free port and stops it afterwards, whatever happens.
package func withSimulator<Result>(
    _ scenario: Scenario,
    _ body: (SimulatorServer) async throws -> Result
) async throws -> Result {
    let server = try await SimulatorServer.start(scenario)
    do {
        let result = try await body(server)
        await server.stop()
        return result
    } catch {
        await server.stop()
        throw error
    }
}
