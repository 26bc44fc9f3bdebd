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
        context: CommandContext,
        onRetry: @escaping @Sendable (RetryNotice) -> Void = { _ in }
    ) async throws {
        let (settings, key) = try await options.settings(context: context)
        self.key = key
        client = try BatchServiceClient(
            settings,
            environment: ServiceEnvironment(clock: context.clock, onRetry: onRetry)
        )
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
