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

/// Cancels the work of a command and remembers the reasons.
///
/// The canceled work can still clean up its files.
///
///     let summary = try await RunCancellation.onSignal { cancellation in
///         try await cancellation.limit(to: span, in: context) { try await work() }
///     }
///
/// The lock protects `state`: a signal, the time limit and a write to standard output cancel from different tasks.
final class RunCancellation: Sendable {
    /// A reason for the cancellation.
    enum Reason: Sendable, Hashable {
        /// SIGINT or SIGTERM, with the exit status of the signal.
        case signal(ExitStatus)
        /// The time limit of `--max-runtime` has passed.
        case timeLimit(TimeSpan)
        /// Standard output cannot be written, or its reader has closed it.
        case output(CommandFailure)
    }

    private struct State {
        var reasons: [Reason] = []
        /// Whether the work has ended.
        var isOver = false
        /// Cancels the task that runs the work.
        var cancel: (@Sendable () -> Void)?
    }

    private static let signals: [(number: Int32, status: ExitStatus)] = [
        (SIGINT, .interrupted), (SIGTERM, .terminated),
    ]
    /// The interval between checks whether standard output is closed, while nothing is written to it.
    private static let outputCheckInterval = Duration.milliseconds(500)

    /// The time after a signal in which the work may clean up.
    private static let gracePeriod = DispatchTimeInterval.seconds(10)

    private let outer: RunCancellation?
    private let state = Mutex(State())

    /// Creates the cancellation of one run.
    ///
    /// If `outer` is canceled, this run is canceled too.
    init(within outer: RunCancellation? = nil) {
        self.outer = outer
    }

    private var reasons: [Reason] { state.withLock { $0.reasons } }

    /// The exit status of the signal that canceled the work, if there was one.
    var signalStatus: ExitStatus? {
        for case .signal(let status) in reasons { return status }
        return outer?.signalStatus
    }

    /// Whether standard output accepts nothing more.
    var isOutputClosed: Bool { outputFailure != nil }

    private var outputFailure: CommandFailure? {
        for case .output(let failure) in reasons { return failure }
        return nil
    }

    /// The error to report if the time limit or a closed standard output canceled the work, not a signal.
    var failure: CommandFailure? {
        if let outputFailure { return outputFailure }
        for case .timeLimit(let span) in reasons { return .maxRuntime(span) }
        return outer?.failure
    }

    /// Runs `work` in a task that the first SIGINT or SIGTERM cancels.
    ///
    /// A second signal ends the process immediately, and so does the first one if the work does not end within
    /// ``gracePeriod``: it may wait for something that cannot be canceled, such as a reader of standard output. The
    /// archive stays valid even then.
    ///
    /// - Throws: ``CommandExit`` with the status of the signal if that made the work throw `CancellationError`.
    static func onSignal<Result: Sendable>(
        _ work: @escaping @Sendable (RunCancellation) async throws -> Result
    ) async throws -> Result {
        let cancellation = RunCancellation()
        let task = cancellation.start { try await work(cancellation) }
        // Its own queue, because work that blocks may use up the threads of the global one.
        let queue = DispatchQueue(label: "batchkeep.signals")
        let sources = signals.map { kind in
            // The default action would end the process before the dispatch source receives the signal.
            signal(kind.number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: kind.number, queue: queue)
            source.setEventHandler {
                guard cancellation.cancel(.signal(kind.status)) else { _exit(kind.status.rawValue) }
                queue.asyncAfter(deadline: .now() + Self.gracePeriod) {
                    guard !cancellation.state.withLock({ $0.isOver }) else { return }
                    _exit(kind.status.rawValue)
                }
            }
            source.resume()
            return source
        }
        defer {
            for (source, kind) in zip(sources, signals) {
                source.cancel()
                signal(kind.number, SIG_DFL)
            }
            cancellation.state.withLock { $0.isOver = true }
        }
        do {
            return try await task.value
        } catch is CancellationError {
            guard let status = cancellation.signalStatus else { throw CancellationError() }
            throw CommandExit(status: status)
        }
    }

    /// Runs `work` in a task that is canceled after `span` or together with the surrounding task.
    ///
    /// With `watchesOutput`, the task is also canceled as soon as the reader of standard output closes it.
    ///
    /// If a job is killed, the programs that it started continue to run. Without a reader, their results would be lost.
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
                if context.outputIsClosed() { cancel(.output(.outputClosed)) }
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
        // The work may have been canceled before its task was known.
        if isCanceled { task.cancel() }
        return task
    }
}
