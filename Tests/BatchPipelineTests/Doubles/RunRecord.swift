import BatchPipeline
import MessageBatches
import Prices
import Synchronization

/// Records the pauses and events of a run.
///
/// It never waits.
final class RunRecord: Sendable {
    private let recordedPauses = Mutex<[Duration]>([])
    private let recordedEvents = Mutex<[ExportEvent]>([])
    /// Called at each pause.
    let atPause: @Sendable () async throws -> Void

    init(atPause: @escaping @Sendable () async throws -> Void = {}) {
        self.atPause = atPause
    }

    var pauses: [Duration] { recordedPauses.withLock { $0 } }
    var events: [ExportEvent] { recordedEvents.withLock { $0 } }

    /// Ports with the given doubles; the machine's clock does not advance.
    func ports(_ service: ScriptedService, _ archive: InMemoryArchive) -> ExportPorts {
        ExportPorts(
            lister: service,
            source: service,
            archive: archive,
            summaries: SummarySet([LineCount.self]),
            pricing: RequestPricing(table: .builtIn, origin: nil),
            now: { Timestamp(seconds: 1_724_200_000) },
            pause: { [self] duration in
                recordedPauses.withLock { $0.append(duration) }
                try await atPause()
            },
            observe: { [self] event in
                recordedEvents.withLock { $0.append(event) }
            }
        )
    }
}
