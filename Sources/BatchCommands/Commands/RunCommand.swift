import ArgumentParser
import BatchCatalog
import MessageBatches

/// `batchkeep run`: runs the exports that a pipeline file describes.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the exports that a pipeline file describes.",
        usage: """
            batchkeep run [<options>] <file> [<options of export>]
            batchkeep run --check [<options>] <file> [<options of export>]
            """,
        discussion: """
            The keys of a pipeline file are the options of export. Options after the file replace those in the file, \
            but a source that names its own API key keeps it.

            Examples:
              batchkeep run --check pipelines/nightly.yaml
              batchkeep run pipelines/hourly.yaml
              batchkeep run pipelines/nightly.yaml --since 30d
            """
    )

    @Flag(help: "Check the file and print its exports; run nothing.")
    var check = false

    // Options of export that are accepted before the file too.

    @OptionGroup var archive: ArchivePathOption

    @OptionGroup var common: CommonRunOptions

    @OptionGroup var format: FormatOptions<ReportFormat>

    @Argument(
        help: ArgumentHelp("The pipeline file, in YAML.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]),
        transform: NamedValue.path
    )
    var file: String

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("Options of export that replace those in the file.", valueName: "options of export")
    )
    var overrides: [String] = []

    /// The options of `export` on the command line, before and after the file.
    private var exportArguments: [String] {
        let archive = archive.given.map { ["--archive=\($0)"] } ?? []
        return archive + common.arguments + format.arguments + overrides
    }

    func run() async throws {
        let context = CommandContext.current
        let startedAt = context.now()
        let plan: PipelinePlan
        do {
            plan = try PipelinePlan(file, overrides: exportArguments, now: startedAt, checksFiles: check)
        } catch {
            guard let failure = FailureText(error) else {
                // `--help` after the file is about this command, not about the program.
                throw ExportCommand.exitCode(for: error) == .success ? CleanExit.helpRequest(Self.self) : error
            }
            return try await reportFailure(failure, startedAt: startedAt, in: context)
        }
        if check { return try context.print(description(of: plan, in: context)) }
        let shared = plan.shared
        let observer = shared.reporting.observer(in: context, isQuiet: shared.common.quiet)
        let reporter = RunReporter(
            shared.reporting,
            caFile: shared.connection.caFile,
            isDryRun: shared.common.dryRun,
            observer: observer,
            keyVariables: plan.runs.compactMap(\.keyVariable)
        )
        await reporter.start()
        let runs = try await RunCancellation.onSignal { cancellation in
            await PipelineRunner(plan: plan, context: context, cancellation: cancellation).run()
        }
        // One command resumes all sources.
        if runs.contains(where: { $0.source != nil && $0.signal != nil }) {
            observer.context.report(.hint, Interruption.hint(context.arguments))
        }
        let status = ExitStatus.combined(runs.reduce(into: []) { $0.formUnion($1.statuses) })
        let document = PipelineDocument(file: file, runs: runs, startedAt: startedAt, finishedAt: context.now())
        await reporter.end(runs, status: status, document: document)
        try context.end(with: status) {
            guard shared.format.isJSON else { return }
            try context.writeDocument(document)
        }
    }

    /// Reports the error that prevents the run, also in the JSON document and by a ping, then ends the command.
    private func reportFailure(_ failure: FailureText, startedAt: Timestamp, in context: CommandContext) async throws {
        let given = try PipelinePlan.reporting(file, overrides: exportArguments)
        let observer = given.reporting.observer(in: context, isQuiet: given.common.quiet)
        observer.report(failure)
        let document = PipelineDocument(
            file: file,
            runs: [],
            failure: failure,
            startedAt: startedAt,
            finishedAt: context.now()
        )
        if !check {
            let reporter = RunReporter(
                given.reporting,
                caFile: given.connection.caFile,
                isDryRun: given.common.dryRun,
                observer: observer,
                keyVariables: PipelinePlan.keyVariables(in: file)
            )
            await reporter.end([], status: failure.status, document: document)
        }
        try context.end(with: failure.status) {
            guard given.format.isJSON else { return }
            try context.writeDocument(document)
        }
    }

    /// The exports of the file as command lines, for `--check`, without the values of headers, which may be secrets.
    private func description(of plan: PipelinePlan, in context: CommandContext) -> String {
        let lines = plan.runs.map { run in
            let arguments = CatalogRun.withoutHeaders(run.arguments)
            var words = ["batchkeep", "export"] + arguments.map(\.shellQuoted)
            if let variable = run.keyVariable { words.insert("ANTHROPIC_API_KEY=\"$\(variable)\"", at: 0) }
            return words.joined(separator: " ") + "\n"
        }
        for variable in plan.runs.compactMap(\.keyVariable) where context.variable(variable) == nil {
            context.report(.warning, "\(FailureText.unsetVariable(variable))")
        }
        return lines.joined()
    }
}
