import BatchPipeline
import BatchService
import MessageBatches
import Synchronization
import Tables

/// Shows the progress of a run: live lines on a terminal; in a log a line after each 5 % of the results or 30 seconds.
///
/// Each problem appears once: in a log when it happens, on a terminal below the closing table.
///
/// The lock protects `state`, because events arrive from several batches concurrently.
final class ExportProgress: RunObserver {
    let context: CommandContext
    private let isQuiet: Bool
    private let isVerbose: Bool
    private let state: Mutex<State>

    private struct State {
        var batches: [String: LiveBatch] = [:]
        var order: [String] = []
        var total = (batches: 0, results: 0)
        var done = (batches: 0, results: 0, bytes: 0)
        var problems = 0
        var waiting = WaitingBatches()
        var board: LiveBoard
        var started: Timestamp
        /// The last line of progress in a log: its share of the results in steps of 5 %, and its time.
        var logged: (step: Int, at: Timestamp)
    }

    /// The steps of progress in a log.
    private static let logSteps = 20
    /// The longest time without a line of progress in a log, in seconds, while there are events.
    private static let logInterval = 30.0

    /// Creates a display; with `isVerbose`, each archived batch has a line.
    init(context: CommandContext, isQuiet: Bool, isVerbose: Bool = false) {
        let now = context.now()
        self.context = context
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
        state = Mutex(State(board: LiveBoard(context: context), started: now, logged: (0, now)))
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
                state.logged = (0, now)
                state.board.clear()
                if batches > 0 { context.note(Self.plan(batches, results)) }
            case .limited(let concurrency):
                guard isVerbose, concurrency.isAutomatic else { break }
                let count = concurrency.limit.counted("batch", "batches")
                writeLine("Downloading up to \(count) at once (--concurrency auto).", .normal, &state)
            case .skipped:
                // The summary table at the end counts them.
                break
            case .notRetrieved(let id, let failure):
                state.waiting.remove(id)
                logProblem("\(id): \(FailureText.clause(failure))")
            case .waiting(let batches, let serverTime):
                state.waiting = WaitingBatches(batches, clockOffset: serverTime.seconds(since: now))
                logWait(&state, now)
            case .polled:
                if now.seconds(since: state.logged.at) >= Self.logInterval { logWait(&state, now) }
            case .pollFailed(let id, let failure):
                writeLine("\(id): \(FailureText.clause(failure)); still waiting for it", .warning, &state)
            case .ended(let batch):
                state.waiting.remove(batch.id)
                state.total.batches += 1
                state.total.results = state.total.results.addingClamped(batch.counts.finished)
                writeLine("\(batch.id): ended; \(state.waiting.left)", .faint, &state)
            case .started(let batch):
                state.batches[batch.id] = LiveBatch(batch, at: now)
                state.order.append(batch.id)
            case .resumed(let id, let lines, let bytes):
                let size = NumberText.bytes(Double(bytes))
                writeLine("\(id): resumed at line \((lines + 1).displayText), \(size)", .faint, &state)
                state.batches[id]?.resume(lines: lines, bytes: bytes)
            case .advanced(let id, let lines, let bytes):
                state.batches[id]?.lines = lines
                state.batches[id]?.bytes = bytes
            case .retrying(let id, let attempt, let reason):
                writeLine(
                    "\(id): \(FailureText.clause(reason)); downloading it again (attempt \(attempt + 1))",
                    .warning,
                    &state
                )
            case .finished(let batch, let outcome):
                finish(batch, outcome, &state, now)
            }
            showProgress(&state, now)
        }
    }

    /// Reports a request that is about to be retried.
    @Sendable func observeRetry(_ retry: RetryNotice) {
        guard !isQuiet else { return }
        state.withLock { state in
            writeLine(FailureText.sentence(of: retry), .warning, &state)
        }
    }

    func note(_ sentence: String) {
        guard !isQuiet else { return }
        state.withLock { state in
            state.board.clear()
            context.report(.note, sentence)
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
        let hasReportedProblems = !isQuiet && !context.notesAreTerminal
        summary.print(in: context, isQuiet: isQuiet, hasReportedProblems: hasReportedProblems)
    }

    private static func plan(_ batches: Int, _ results: Int) -> String {
        "Fetching \(batches.counted("batch", "batches")) with \(results.displayText) results, oldest first."
    }

    private func finish(_ batch: MessageBatch, _ outcome: BatchOutcome, _ state: inout State, _ now: Timestamp) {
        let live = state.batches.removeValue(forKey: batch.id) ?? LiveBatch(batch, at: now)
        state.order.removeAll { $0 == batch.id }
        state.done.batches += 1
        switch outcome {
        case .archived(_, _, let bytes):
            state.done.results = state.done.results.addingClamped(batch.counts.finished)
            state.done.bytes += bytes
            if isVerbose { writeLine(live.archivedLine(bytes: bytes, at: now), .normal, &state) }
            return
        case .removed, .alreadyArchived:
            writeLine("\(batch.id): \(FailureText.clause(outcome))", .faint, &state)
        case .unavailable, .quarantined, .failed, .busy:
            state.problems += 1
            logProblem("\(batch.id): \(FailureText.clause(outcome))")
        }
        // The total counts only the results that can still be archived.
        state.total.results -= min(max(0, batch.counts.finished), state.total.results)
    }

    /// Writes to a log how many batches are pending and how long they have been running.
    private func logWait(_ state: inout State, _ now: Timestamp) {
        guard !context.notesAreTerminal, let line = state.waiting.line(at: now) else { return }
        state.logged.at = now
        context.note(line)
    }

    /// Writes a problem to a log; on a terminal it follows the closing table.
    private func logProblem(_ line: String) {
        if !context.notesAreTerminal { context.report(.warning, line) }
    }

    /// Writes a permanent line above the live lines.
    private func writeLine(_ line: String, _ tone: Tone, _ state: inout State) {
        state.board.clear()
        context.note(line, tone)
    }

    /// Redraws the live lines, or writes a line to a log if it is time for one.
    private func showProgress(_ state: inout State, _ now: Timestamp) {
        let waiting = state.waiting.line(at: now)
        guard state.total.batches > 0 || waiting != nil else { return }
        guard context.notesAreTerminal else { return log(&state, now) }
        var lines = state.order.prefix(12).compactMap { state.batches[$0]?.line(at: now) }
        if state.total.batches > 0 { lines.append(total(of: state, now).line) }
        if let waiting { lines.append(waiting) }
        state.board.show(lines, at: now)
    }

    private func log(_ state: inout State, _ now: Timestamp) {
        // The closing table follows the last batch.
        guard state.done.batches < state.total.batches else { return }
        let live = total(of: state, now)
        let step = Int(live.share * Double(Self.logSteps))
        guard step > state.logged.step || now.seconds(since: state.logged.at) >= Self.logInterval else { return }
        state.logged = (max(step, state.logged.step), now)
        context.note(live.line)
    }

    private func total(of state: State, _ now: Timestamp) -> LiveTotal {
        let running = state.batches.values
        return LiveTotal(
            batches: state.done.batches,
            batchTotal: state.total.batches,
            results: state.done.results + running.reduce(0) { $0 + $1.lines },
            resultTotal: state.total.results,
            bytes: state.done.bytes + running.reduce(0) { $0 + $1.bytes },
            seconds: now.seconds(since: state.started),
            problems: state.problems
        )
    }
}
