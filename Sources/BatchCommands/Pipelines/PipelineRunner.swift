import Tables

/// Runs the exports of a pipeline file, each in a context of its own; one that fails does not stop the others.
struct PipelineRunner {
    let plan: PipelinePlan
    let context: CommandContext
    let signals: SignalWatch

    /// Runs them all, in the order of the file if one after another, and gives the endings in that order.
    func run() async -> [RunMetrics.Run] {
        var endings: [Int: RunMetrics.Run] = [:]
        await withTaskGroup(of: (Int, RunMetrics.Run).self) { group in
            var waiting = plan.runs.indices[...]
            var running = 0
            while true {
                while running < plan.parallel, let index = waiting.popFirst() {
                    group.addTask { (index, await run(plan.runs[index])) }
                    running += 1
                }
                guard let (index, ending) = await group.next() else { break }
                endings[index] = ending
                running -= 1
            }
        }
        return endings.sorted { $0.key < $1.key }.map(\.value)
    }

    private func run(_ run: PipelinePlan.Run) async -> RunMetrics.Run {
        var context = context
        context.keyVariable = run.keyVariable
        // What the archive's records say of this run.
        context.arguments = ["export"] + run.arguments
        if let source = run.source, run.command.reporting.logFormat == .text { context = name(source, in: context) }
        let command = run.command
        let watcher = command.reporting.watcher(in: context, isQuiet: command.quiet, source: run.source)
        return RunMetrics.Run(source: run.source, ending: await command.perform(telling: watcher, signals))
    }

    /// Says whose lines these are: above them, or where sources run side by side in front of each.
    private func name(_ source: String, in context: CommandContext) -> CommandContext {
        guard plan.parallel > 1, plan.runs.count > 1 else {
            if !plan.shared.quiet { context.note("\n\(context.noteStyle.paint("Source \(source)", .strong))") }
            return context
        }
        var context = context
        context.notesAreTerminal = false
        let label = Array("\(source): ".utf8)
        context.writeNote = { [write = context.writeNote] bytes in
            let lines = bytes.split(separator: 0x0A).map { label + $0 + [0x0A] }
            write(Array(lines.joined()))
        }
        return context
    }
}
