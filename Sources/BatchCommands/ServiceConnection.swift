import BatchPipeline
import BatchService

/// A client of the API for one command.
///
/// ``use(_:)`` always closes the client. Errors name the place from which the key was read.
struct ServiceConnection {
    let client: BatchServiceClient
    private let key: KeySource

    init(
        _ options: some ConnectionSource,
        _ connection: ConnectionOptions,
        context: CommandContext,
        onRetry: @escaping @Sendable (RetryNotice) -> Void = { _ in }
    ) async throws {
        try connection.check()
        let (settings, key) = try await options.settings(connection, context: context)
        self.key = key
        client = try BatchServiceClient(
            settings,
            environment: ServiceEnvironment(clock: context.clock, onRetry: onRetry)
        )
    }

    /// A connection that reports its retries to the observer of a run.
    init(
        _ options: some ConnectionSource,
        _ connection: ConnectionOptions,
        observer: any RunObserver
    ) async throws {
        try await self.init(options, connection, context: observer.context, onRetry: observer.observeRetry)
    }

    /// The place from which the key was read, for messages about it.
    var keyPlace: String { key.place }

    /// Runs `body` with the client, then closes the connections of the client.
    func use<Result>(_ body: (BatchServiceClient) async throws -> Result) async throws -> Result {
        do {
            let result = try await body(client)
            await client.shutdown()
            return result
        } catch var error as ServiceError {
            await client.shutdown()
            error.keyPlace = keyPlace
            throw error
        } catch {
            await client.shutdown()
            throw error
        }
    }
}
