import ArgumentParser
import BatchArchive
import MessageBatches

/// The exports that a pipeline file describes, one per source, ready to run.
struct PipelinePlan: Sendable {
    /// The export of one source.
    struct Run: Sendable {
        /// The name of the source, or nil if the file describes one unnamed source.
        let source: String?
        /// The environment variable that contains the API key, if it is not one of the usual ones.
        let keyVariable: String?
        /// The arguments of `batchkeep export`.
        let arguments: [String]
        let command: ExportCommand
    }

    let runs: [Run]
    let parallel: Int

    /// The options that are the same for all sources.
    var shared: ExportCommand { runs[0].command }

    /// Reads a pipeline file and combines it with the command-line options that follow it.
    ///
    /// An option for the key replaces the key of the file, but not one that a source names itself.
    ///
    /// With `checksFiles`, a missing file that an option names is a problem of the pipeline file. Otherwise it is one of
    /// its source alone, whose run reports it.
    ///
    /// - Throws: ``PipelineFileFailure`` with all problems in the file; ``CommandFailure`` or an error of
    ///   ArgumentParser if `overrides` are invalid.
    init(_ path: String, overrides: [String], now: Timestamp, checksFiles: Bool = false) throws {
        // Check these options alone first, because their errors are not errors of the file.
        let given = try ExportCommand.parse(overrides)
        try given.check(now: now)
        let (file, formProblems) = PipelineReader.read(path, checksFiles: checksFiles)
        let problems = formProblems + Self.problems(of: file, now: now)
        guard problems.isEmpty else { throw PipelineFileFailure(path: file.path, problems: problems) }

        func run(_ settings: PipelineFile.Settings, source: PipelineFile.Source?) throws -> Run {
            // A source that names its own key keeps it: one key for all would archive one workspace under every name.
            let keepsKey = source?.settings.namesKey ?? false
            let overrides = keepsKey ? PipelineKey.withoutKey(overrides) : overrides
            let names = PipelineKey.settings(in: overrides)
            let replaced = PipelineKey.replaced(by: names)
            let options = settings.options.filter { !replaced.contains($0.key.setting) }
            var arguments = options.flatMap(\.arguments) + overrides
            if let source {
                let parent = try ExportCommand.parse(arguments).archive.path
                arguments.removeAll { $0.hasPrefix("--archive=") }
                // If an option is repeated, the last value counts.
                arguments.append("--archive=\(ArchiveFolders.path(of: source.name, in: parent))")
            }
            let command = try ExportCommand.parse(arguments)
            do throws(CommandFailure) {
                try command.check(now: now)
            } catch {
                // Each value alone is valid. A conflict between values is reported at the start of the source.
                let place = source?.place ?? .start
                let problem = PipelineProblem(reason: .rejected(FailureText(error)), place: place)
                throw PipelineFileFailure(path: file.path, problems: [problem])
            }
            let keyVariable = names.isDisjoint(with: PipelineKey.keyOptions) ? settings.keyVariable : nil
            return Run(source: source?.name, keyVariable: keyVariable, arguments: arguments, command: command)
        }
        parallel = file.parallel
        runs =
            file.sources.isEmpty
            ? [try run(file.settings, source: nil)]
            : try file.sources.map { try run(file.settings.overridden(by: $0.settings), source: $0) }
    }

    /// The reporting options of an invalid file, as far as they can be read.
    static func reporting(_ path: String, overrides: [String]) throws -> ExportCommand {
        let replaced = PipelineKey.settings(in: overrides)
        let readable = PipelineReader.read(path).file.settings.options
            .filter { setting in
                ["format", "log-format", "ping-url", "notify-command", "dry-run"].contains(setting.key.setting)
                    && !replaced.contains(setting.key.setting) && (try? ExportCommand.parse(setting.arguments)) != nil
            }
        return try ExportCommand.parse(readable.flatMap(\.arguments) + overrides)
    }

    /// The variables that contain API keys, as far as the file can be read.
    static func keyVariables(in path: String) -> [String] {
        let file = PipelineReader.read(path).file
        return ([file.settings] + file.sources.map(\.settings)).compactMap(\.keyVariable)
    }

    /// The problems of settings that `export` rejects.
    ///
    /// Each setting is checked alone so that its place is known.
    private static func problems(of file: PipelineFile, now: Timestamp) -> [PipelineProblem] {
        let settings = ([file.settings] + file.sources.map(\.settings)).flatMap(\.options)
        return settings.compactMap { setting in
            rejection(of: setting.arguments, now: now)
                .map { PipelineProblem(reason: .rejected($0), place: setting.place) }
        }
    }

    private static func rejection(of arguments: [String], now: Timestamp) -> FailureText? {
        do {
            try ExportCommand.parse(arguments).check(now: now)
            return nil
        } catch let failure as CommandFailure {
            return FailureText(failure)
        } catch {
            return FailureText(parserMessage: ExportCommand.message(for: error), arguments: ["export"] + arguments)
        }
    }
}
