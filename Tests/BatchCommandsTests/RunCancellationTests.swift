@testable import BatchCommands
import MessageBatches
import Testing

/// Work that is canceled from inside ends, and the reason is recorded.
struct RunCancellationTests {
    private let cancellation = RunCancellation()

    @Test func `the time limit cancels the work and is the reason`() async throws {
        let span = try #require(try TimeSpan("1s", "--max-runtime"))
        await #expect(throws: CancellationError.self) {
            try await cancellation.limit(to: span, in: context()) { try await Task.sleep(for: .seconds(600)) }
        }
        #expect(cancellation.failure == .maxRuntime(span))
        #expect(cancellation.signalStatus == nil)
    }

    @Test func `work that ends in time has no reason to be canceled`() async throws {
        let span = try #require(try TimeSpan("1h", "--max-runtime"))
        #expect(try await cancellation.limit(to: span, watchesOutput: true, in: context()) { 7 } == 7)
        #expect(cancellation.failure == nil)
    }

    @Test func `a closed output cancels work that writes nothing`() async throws {
        await #expect(throws: CancellationError.self) {
            try await cancellation.limit(to: nil, watchesOutput: true, in: context(outputIsClosed: true)) {
                try await Task.sleep(for: .seconds(600))
            }
        }
        #expect(cancellation.failure == .outputClosed)
    }

    @Test func `work that cancels itself at once is canceled`() async throws {
        let isCanceled = try await cancellation.limit(to: nil, in: context()) { [cancellation] in
            cancellation.cancel(.output(.outputClosed))
            while !Task.isCancelled { await Task.yield() }
            return Task.isCancelled
        }
        #expect(isCanceled)
        #expect(cancellation.isOutputClosed)
    }

    @Test func `runs inside see a signal, and their limits stay separate`() throws {
        let span = try #require(try TimeSpan("1s", "--max-runtime"))
        let (first, second) = (RunCancellation(within: cancellation), RunCancellation(within: cancellation))
        first.cancel(.timeLimit(span))
        #expect(cancellation.cancel(.signal(.interrupted)))
        #expect(!cancellation.cancel(.signal(.terminated)))
        #expect(first.signalStatus == .interrupted)
        #expect(second.signalStatus == .interrupted)
        #expect(first.failure == .maxRuntime(span))
        #expect(second.failure == nil)
        #expect(RunCancellation(within: first).failure == .maxRuntime(span))
    }

    private func context(outputIsClosed: Bool = false) -> CommandContext {
        var context = CommandContext(
            environment: [:],
            now: { Timestamp(seconds: 0) },
            write: { _ in },
            writeNote: { _ in },
            clock: QuickClock()
        )
        context.outputIsClosed = { outputIsClosed }
        return context
    }
}
