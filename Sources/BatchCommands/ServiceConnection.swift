import BatchAnalytics
import BatchPipeline
import BatchService

/// A client for the time of one command, closed whatever happens; failures leave with the place of the key.
struct ServiceConnection {
    let client: BatchServiceClient
    private let key: KeySource

    init(
        _ options: ServiceOptions,
        context: CommandContext,
        onRetry: @escaping @Sendable (RetryNotice) -> Void = { _ in }
    ) throws {
        let (settings, key) = try options.settings(context: context)
        self.key = key
        client = try BatchServiceClient(
            settings,
            environment: ServiceEnvironment(clock: context.clock, onRetry: onRetry)
        )
    }

    /// The ports of a run that asks this service and writes to `archive`.
    func ports(
        to archive: any ArchiveSink,
        in context: CommandContext,
        observe: @escaping @Sendable (ExportEvent) -> Void
    ) -> ExportPorts {
        ExportPorts(
            lister: client,
            source: client,
            archive: archive,
            summaries: SummarySet(SummaryRegistry.kinds),
            now: context.now,
            pause: { [clock = context.clock] in try await clock.sleep(for: $0) },
            observe: observe
        )
    }

    /// Where the key was read, for texts about it.
    var keyPlace: String { key.place }

    /// Runs `body` with the client and closes the client's connections behind it.
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
