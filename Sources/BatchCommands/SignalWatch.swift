import Dispatch
import Foundation
import Synchronization
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Turns SIGINT and SIGTERM into the cancellation of a command's work, so that it can leave its files in order.
///
/// A second signal ends the process at once: whoever sends it does not want to wait, and the archive survives that too.
final class SignalWatch: Sendable {
    private let caught = Mutex<ExitStatus?>(nil)
    private let sources: [any DispatchSourceSignal]

    /// Watches until `stop()`; the first signal calls `cancel`.
    init(cancel: @escaping @Sendable () -> Void) {
        let kinds: [(Int32, ExitStatus)] = [(SIGINT, .interrupted), (SIGTERM, .terminated)]
        sources = kinds.map { number, _ in
            // The default action would end the process before the source is asked.
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for (source, (_, status)) in zip(sources, kinds) {
            source.setEventHandler { [weak self] in
                guard let self else { return }
                let isFirst = caught.withLock { known in
                    defer { known = known ?? status }
                    return known == nil
                }
                guard isFirst else { _exit(status.rawValue) }
                cancel()
            }
            source.resume()
        }
    }

    /// The status of the signal that came, if one did.
    var status: ExitStatus? {
        caught.withLock { $0 }
    }

    /// Gives the signals back their default action.
    func stop() {
        for source in sources { source.cancel() }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }

    /// Runs `work` in a task of its own that the first signal cancels.
    static func run<Result: Sendable>(
        _ work: @escaping @Sendable (SignalWatch) async throws -> Result
    ) async throws -> Result {
        let start = AsyncStream<SignalWatch>.makeStream()
        let task = Task {
            for await watch in start.stream { return try await work(watch) }
            throw CancellationError()
        }
        let watch = SignalWatch { task.cancel() }
        start.continuation.yield(watch)
        start.continuation.finish()
        defer { watch.stop() }
        return try await task.value
    }
}
