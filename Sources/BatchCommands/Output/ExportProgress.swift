import BatchPipeline
import BatchService
import MessageBatches
import Synchronization
import Tables

/// Shows the progress of a run: live lines on a terminal, otherwise one line per event.
///
/// The lock protects `state`, because events arrive from several batches concurrently.
final class ExportProgress: RunObserver {
    let context: CommandContext
    private let isQuiet: Bool
    private let state: Mutex<State>

    private struct State {
        var batches: [String: LiveBatch] = [:]
        var order: [String] = []
        var total = (batches: 0, results: 0)
        var done = (batches: 0, results: 0, bytes: 0)
        var board: LiveBoard
        var started: Timestamp
    }

    init(context: CommandContext, isQuiet: Bool) {
        self.context = context
        self.isQuiet = isQuiet
        state = Mutex(State(board: LiveBoard(context: context), started: context.now()))
    }

    /// Updates the progress with a pipeline event.
    @Sendable func observe(_ event: ExportEvent) {
        guard !isQuiet else { return }
        let now = context.now()
        state.withLock { state in
            switch event {
            case .listed(let total, let inWindow):
                if context.notesAreTerminal {
                    state.board.show(["Listing: \(total) batches seen, \(inWindow) in the window"], at: now)
                }
            case .planned(let batches, let results):
                state.total = (batches, results)
                state.board.clear()
                if batches > 0 { context.note(Self.plan(batches, results)) }
            case .skipped, .notRetrieved:
                // The summary table at the end counts them.
                break
            case .started(let batch):
                state.batches[batch.id] = LiveBatch(batch, at: now)
                state.order.append(batch.id)
            case .resumed(let id, let lines, let bytes):
                let size = Metric("", .integer(bytes), .bytes).text
                writeLine("\(id): resumed at line \((lines + 1).displayText), \(size)", .faint, &state)
                state.batches[id]?.resume(lines: lines, bytes: bytes)
            case .advanced(let id, let lines, let bytes):
                state.batches[id]?.lines = lines
                state.batches[id]?.bytes = bytes
            case .retrying(let id, let attempt, let reason):
                writeLine(
                    "\(id): \(FailureText.clause(reason)); reading it again (try \(attempt + 1))",
                    .warning,
                    &state
                )
            case .finished(let batch, let outcome):
                finish(batch, outcome, &state, now)
            }
            redraw(&state, now)
        }
    }

    /// Reports a request that is about to be retried.
    @Sendable func observeRetry(_ retry: RetryNotice) {
        guard !isQuiet else { return }
        state.withLock { state in
            writeLine(FailureText.sentence(of: retry), .warning, &state)
        }
    }

    func warn(_ sentence: String) {
        state.withLock { state in
            state.board.clear()
            context.report(.warning, sentence)
        }
    }

    func report(_ failure: FailureText) {
        failure.print(in: context)
    }

    /// Removes the live lines and writes the summary table.
    func report(_ summary: ExportSummary) {
        state.withLock { $0.board.clear() }
        summary.print(in: context, isQuiet: isQuiet)
    }

    private static func plan(_ batches: Int, _ results: Int) -> String {
        let batchCount = Metric("", .integer(batches), .integer).text
        let resultCount = Metric("", .integer(results), .integer).text
        return "Fetching \(batchCount) \(batches == 1 ? "batch" : "batches") with \(resultCount) results, oldest first."
    }

    private func finish(_ batch: MessageBatch, _ outcome: BatchOutcome, _ state: inout State, _ now: Timestamp) {
        let live = state.batches.removeValue(forKey: batch.id) ?? LiveBatch(batch, at: now)
        state.order.removeAll { $0 == batch.id }
        state.done.batches += 1
        switch outcome {
        case .archived(_, _, let bytes):
            state.done.results = state.done.results.addingClamped(batch.counts.finished)
            state.done.bytes += bytes
            // On a terminal the total line is enough; a log gets one line per batch.
            if !context.notesAreTerminal { context.note(live.archivedLine(bytes: bytes, at: now)) }
        case .removed:
            writeLine("\(batch.id): results removed before this run", .faint, &state)
        case .alreadyArchived:
            writeLine("\(batch.id): \(FailureText.clause(outcome))", .faint, &state)
        case .unavailable, .quarantined, .failed, .busy:
            writeLine("\(batch.id): \(FailureText.clause(outcome))", .bad, &state)
        }
    }

    /// Writes a permanent line above the live lines.
    private func writeLine(_ line: String, _ tone: Tone, _ state: inout State) {
        state.board.clear()
        context.note(line, tone)
    }

    private func redraw(_ state: inout State, _ now: Timestamp) {
        guard context.notesAreTerminal, state.total.batches > 0 else { return }
        var lines = state.order.prefix(12).compactMap { state.batches[$0]?.line(at: now) }
        let running = state.batches.values
        let live = LiveTotal(
            batches: state.done.batches,
            batchTotal: state.total.batches,
            results: state.done.results + running.reduce(0) { $0 + $1.lines },
            resultTotal: state.total.results,
            bytes: state.done.bytes + running.reduce(0) { $0 + $1.bytes },
            seconds: now.seconds(since: state.started)
        )
        lines.append(live.line)
        state.board.show(lines, at: now)
    }
}
