import Synchronization

/// Ends a command's work when nobody reads its standard output any more.
///
/// A job that was killed leaves the programs it started behind; without a reader nobody would learn what they do.
final class OutputWatch: Sendable {
    /// How often a quiet output is looked at.
    private static let pause = Duration.milliseconds(500)

    private let context: CommandContext
    private let closed = Mutex(false)

    init(_ context: CommandContext) {
        self.context = context
    }

    /// Whether the reader has gone.
    var isClosed: Bool { closed.withLock { $0 } }

    /// Runs `work` in a task that ends with the reader, or with the task around it.
    func run<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let task = Task { try await work() }
        let looking = Task {
            while !isClosed {
                if context.outputIsClosed() { closed.withLock { $0 = true } }
                if !isClosed { try await context.clock.sleep(for: Self.pause) }
            }
            task.cancel()
        }
        defer { looking.cancel() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Writes a document, as a line; an output that takes none counts as closed.
    func write(_ document: some Encodable) {
        guard !isClosed else { return }
        do {
            try context.writeDocument(document)
        } catch {
            closed.withLock { $0 = true }
        }
    }
}
