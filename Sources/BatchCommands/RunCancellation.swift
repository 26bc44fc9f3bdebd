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

/// Cancels the work of a command, so that it can leave its files in order, and remembers why.
///
///     let summary = try await RunCancellation.onSignal { cancellation in
///         try await cancellation.limit(to: span, in: context) { try await work() }
///     }
///
/// The lock guards `state`; a signal, the time limit and a write to standard output cancel from different tasks.
final class RunCancellation: Sendable {
    /// Why work was canceled.
    enum Reason: Sendable, Hashable {
        /// SIGINT or SIGTERM, as its exit status.
        case signal(ExitStatus)
        /// The time that `--max-runtime` allows is over.
        case timeLimit(TimeSpan)
        /// Nobody reads standard output anymore.
        case outputClosed
    }

    private struct State {
        var reasons: [Reason] = []
        /// Cancels the task of the work.
        var cancel: (@Sendable () -> Void)?
    }

    private static let signals: [(number: Int32, status: ExitStatus)] = [
        (SIGINT, .interrupted), (SIGTERM, .terminated),
    ]
    /// How often standard output is checked while nothing is written to it.
    private static let outputCheckInterval = Duration.milliseconds(500)

    private let outer: RunCancellation?
    private let state = Mutex(State())

    /// The cancellation of one run of several that `outer` cancels together.
    init(within outer: RunCancellation? = nil) {
        self.outer = outer
    }

    private var reasons: [Reason] { state.withLock { $0.reasons } }

    /// The exit status of the signal, if there was one.
    var signalStatus: ExitStatus? {
        for case .signal(let status) in reasons { return status }
        return outer?.signalStatus
    }

    /// Whether the reader of standard output has gone.
    var isOutputClosed: Bool { reasons.contains(.outputClosed) }

    /// What the run reports if it was canceled from inside: by its time limit, or because the reader has gone.
    var failure: CommandFailure? {
        if isOutputClosed { return .outputClosed }
        for case .timeLimit(let span) in reasons { return .maxRuntime(span) }
        return nil
    }

    /// Runs `work` in a task that the first SIGINT or SIGTERM cancels.
    ///
    /// A second signal ends the process at once. The archive survives that too.
    static func onSignal<Result: Sendable>(
        _ work: @escaping @Sendable (RunCancellation) async throws -> Result
    ) async throws -> Result {
        let cancellation = RunCancellation()
        let task = cancellation.start { try await work(cancellation) }
        let sources = signals.map { kind in
            // The default action would end the process before the source sees the signal.
            signal(kind.number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: kind.number, queue: .global())
            source.setEventHandler {
                guard cancellation.cancel(.signal(kind.status)) else { _exit(kind.status.rawValue) }
            }
            source.resume()
            return source
        }
        defer {
            for (source, kind) in zip(sources, signals) {
                source.cancel()
                signal(kind.number, SIG_DFL)
            }
        }
        return try await task.value
    }

    /// Runs `work` in a task that ends with the task around it, after `span`, and with `watchesOutput` if nobody reads
    /// standard output anymore.
    ///
    /// A job that is killed leaves the programs it started running. Without a reader nobody would see their results.
    func limit<Result: Sendable>(
        to span: TimeSpan?,
        watchesOutput: Bool = false,
        in context: CommandContext,
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = start(work)
        let timer = Task {
            guard let span else { return }
            try await context.clock.sleep(for: span.duration)
            cancel(.timeLimit(span))
        }
        let check = Task {
            while watchesOutput, !isOutputClosed {
                if context.outputIsClosed() { cancel(.outputClosed) }
                if !isOutputClosed { try await context.clock.sleep(for: Self.outputCheckInterval) }
            }
        }
        defer {
            timer.cancel()
            check.cancel()
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Cancels the work.
    ///
    /// - Returns: Whether this is the first reason.
    @discardableResult
    func cancel(_ reason: Reason) -> Bool {
        let (isFirst, cancel) = state.withLock { state in
            state.reasons.append(reason)
            return (state.reasons.count == 1, state.cancel)
        }
        cancel?()
        return isFirst
    }

    private func start<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result
    ) -> Task<Result, any Error> {
        let task = Task { try await work() }
        let isCanceled = state.withLock { state in
            state.cancel = { task.cancel() }
            return !state.reasons.isEmpty
        }
        // The work may have canceled itself before this.
        if isCanceled { task.cancel() }
        return task
    }
}
