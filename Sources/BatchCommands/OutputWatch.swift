import Synchronization

/// Ends a command's work when nobody reads its standard output any more.
///
/// A job that was killed leaves the programs it started behind; without a reader nobody would learn what they do.
final class OutputWatch: Sendable {
    /// How often a quiet output is looked at.
    private static let pause = Duration.milliseconds(500)

    private struct State {
        var isClosed = false
        /// Ends the work under way.
        var end: (@Sendable () -> Void)?
    }

    private let context: CommandContext
    private let state = Mutex(State())

    init(_ context: CommandContext) {
        self.context = context
    }

    /// Whether the reader has gone.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Runs `work` in a task that ends with the reader, or with the task around it.
    func run<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let task = Task { try await work() }
        state.withLock { $0.end = { task.cancel() } }
        let looking = Task {
            while !isClosed {
                if context.outputIsClosed() { close() }
                if !isClosed { try await context.clock.sleep(for: Self.pause) }
            }
        }
        defer { looking.cancel() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func close() {
        let end = state.withLock { state in
            state.isClosed = true
            return state.end
        }
        end?()
    }

    /// Writes a document, as a line; an output that takes none counts as closed.
    func write(_ document: some Encodable) {
        guard !isClosed else { return }
        do {
            try context.writeDocument(document)
        } catch {
            close()
        }
    }
}
