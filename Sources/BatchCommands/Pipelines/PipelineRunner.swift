import BatchPipeline
import Tables

/// Runs the exports of a pipeline file, each in its own context.
///
/// If one export fails, the others continue.
struct PipelineRunner {
    let plan: PipelinePlan
    let context: CommandContext
    let cancellation: RunCancellation

    /// Runs all exports and returns their summaries in the order of the file.
    func run() async -> [ExportSummary] {
        await mapConcurrently(plan.runs, limit: plan.parallel) { run in
            await session(for: run).run()
        }
    }

    private func session(for run: PipelinePlan.Run) -> ExportSession {
        var context = context
        context.keyVariable = run.keyVariable
        // The arguments that the archive records for this run.
        context.arguments = ["export"] + run.arguments
        let command = run.command
        if let source = run.source, command.reporting.logFormat == .text { context = name(source, in: context) }
        let observer = command.reporting
            .observer(in: context, isQuiet: command.common.quiet, isVerbose: command.common.verbose, source: run.source)
        return ExportSession(command, source: run.source, observer: observer, cancellation: cancellation)
    }

    /// Prints the name of the source above its lines.
    ///
    /// With `--quiet`, or if the lines of several sources alternate, the name is before each line.
    private func name(_ source: String, in context: CommandContext) -> CommandContext {
        if plan.shared.common.quiet || (plan.parallel > 1 && plan.runs.count > 1) { return context.naming(source) }
        context.note("")
        context.note("Source \(source)", .strong)
        return context
    }
}
