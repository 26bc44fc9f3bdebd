import HTTPTypes
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

    private init(service: SimulatedService, port: Int, baseURL: String, running: Task<Void, any Error>) {
        self.service = service
        self.port = port
        self.baseURL = baseURL
        self.running = running
    }

    /// Starts a server and returns once it listens.
    ///
    /// Port 0 stands for one that is free.
    ///
    /// - Throws: ``ScenarioError`` where the scenario does not hold together or the port cannot be had.
    package static func start(_ scenario: Scenario, port: Int = 0) async throws -> SimulatorServer {
        let service = try SimulatedService(scenario)
        let (ports, listening) = AsyncThrowingStream<Int, any Error>.makeStream()
        let child = HTTP1Channel { request, writer, channel in
            try await ReplySender(channel: channel).answer(request, from: service, to: writer)
        }
        let server = Server(
            childChannelSetup: child,
            configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                listening.yield(channel.localAddress?.port ?? port)
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "simulator", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let running = Task {
            do {
                try await server.run()
                listening.finish()
            } catch {
                listening.finish(throwing: error)
                throw error
            }
        }
        do {
            for try await bound in ports {
                let baseURL = "http://127.0.0.1:\(bound)\(scenario.pathPrefix)"
                service.listen(at: baseURL)
                return SimulatorServer(service: service, port: bound, baseURL: baseURL, running: running)
            }
            throw ScenarioError.cannotListen(port: port, reason: "the server ended at once")
        } catch let error as IOError {
            throw ScenarioError.cannotListen(port: port, reason: error.description)
        }
    }

    /// Closes the port and every connection, replies under way included, and returns when all is closed.
    package func stop() async {
        running.cancel()
        _ = await running.result
    }

    /// Waits until the server is stopped from elsewhere.
    package func wait() async throws {
        try await running.value
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
