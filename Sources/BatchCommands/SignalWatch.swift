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
    private static let kinds: [(number: Int32, status: ExitStatus)] = [(SIGINT, .interrupted), (SIGTERM, .terminated)]

    private let caught = Mutex<ExitStatus?>(nil)

    /// The status of the signal that came, if one did.
    var status: ExitStatus? {
        caught.withLock { $0 }
    }

    /// Runs `work` in a task of its own that the first signal cancels.
    static func run<Result: Sendable>(
        _ work: @escaping @Sendable (SignalWatch) async throws -> Result
    ) async throws -> Result {
        let watch = SignalWatch()
        let task = Task { try await work(watch) }
        let sources = kinds.map { kind in
            // The default action would end the process before the source is asked.
            signal(kind.number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: kind.number, queue: .global())
            source.setEventHandler {
                guard watch.isFirst(kind.status) else { _exit(kind.status.rawValue) }
                task.cancel()
            }
            source.resume()
            return source
        }
        defer {
            for (source, kind) in zip(sources, kinds) {
                source.cancel()
                signal(kind.number, SIG_DFL)
            }
        }
        return try await task.value
    }

    private func isFirst(_ status: ExitStatus) -> Bool {
        caught.withLock { known in
            defer { known = known ?? status }
            return known == nil
        }
    }
}
