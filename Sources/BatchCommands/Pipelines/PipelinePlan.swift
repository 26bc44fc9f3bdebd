import ArgumentParser
import BatchArchive
import MessageBatches

/// The exports that a pipeline file describes, one per source, ready to run.
struct PipelinePlan: Sendable {
    /// The export of one source.
    struct Run: Sendable {
        /// Nil if the file has one source without a name.
        let source: String?
        /// The variable that holds the key, if it is not one of the usual ones.
        let keyVariable: String?
        /// The arguments of `batchkeep export`.
        let arguments: [String]
        let command: ExportCommand
    }

    let runs: [Run]
    let parallel: Int

    /// The options that are the same for all.
    var shared: ExportCommand { runs[0].command }

    /// Reads the file and combines it with the options given after it.
    ///
    /// - Throws: ``PipelineFileFailure`` with everything that is wrong with the file; ``CommandFailure`` and what
    ///   ArgumentParser throws about `overrides`.
    init(_ path: String, overrides: [String], now: Timestamp) throws {
        // Checked alone first: an error in these options is not an error of the file.
        let given = try ExportCommand.parse(overrides)
        try given.check(now: now)
        let (file, formProblems) = PipelineReader.read(path)
        let problems = formProblems + Self.problems(of: file, now: now)
        guard problems.isEmpty else { throw PipelineFileFailure(path: file.path, problems: problems) }

        let names = Self.names(in: overrides)
        func run(_ settings: PipelineFile.Settings, source: PipelineFile.Source?) throws -> Run {
            let options = settings.options.filter { !names.contains($0.key.name) }
            var arguments = options.flatMap(\.arguments) + overrides
            if let source {
                let parent = try ExportCommand.parse(arguments).archive.path
                arguments.removeAll { $0.hasPrefix("--archive=") }
                // The last option of several counts.
                arguments.append("--archive=\(ArchiveFolders.path(of: source.name, in: parent))")
            }
            let command = try ExportCommand.parse(arguments)
            do throws(CommandFailure) {
                try command.check(now: now)
            } catch {
                // Each value is valid alone. A conflict between values is reported where the source begins.
                let place = source?.place ?? .start
                let problem = PipelineProblem(reason: .refused(FailureText(error)), place: place)
                throw PipelineFileFailure(path: file.path, problems: [problem])
            }
            let keyVariable = given.service.keyFile == nil ? settings.keyVariable : nil
            return Run(source: source?.name, keyVariable: keyVariable, arguments: arguments, command: command)
        }
        parallel = file.parallel
        runs =
            file.sources.isEmpty
            ? [try run(file.settings, source: nil)]
            : try file.sources.map { try run(file.settings.overridden(by: $0.settings), source: $0) }
    }

    /// The reporting options, as far as they can be read from a file that is invalid as a whole.
    static func reporting(_ path: String, overrides: [String]) throws -> ExportCommand {
        let names = Self.names(in: overrides)
        let readable = PipelineReader.read(path).file.settings.options
            .filter { setting in
                ["output", "log-format", "ping-url", "dry-run"].contains(setting.key.name)
                    && !names.contains(setting.key.name) && (try? ExportCommand.parse(setting.arguments)) != nil
            }
        return try ExportCommand.parse(readable.flatMap(\.arguments) + overrides)
    }

    /// The options named in the arguments, which replace those of the file.
    private static func names(in arguments: [String]) -> Set<String> {
        Set(
            arguments.filter { $0.hasPrefix("--") }
                .map { String($0.dropFirst(2).prefix { $0 != "=" }) }
        )
    }

    /// The settings that `export` would refuse, each checked alone so that its place is known.
    private static func problems(of file: PipelineFile, now: Timestamp) -> [PipelineProblem] {
        let settings = ([file.settings] + file.sources.map(\.settings)).flatMap(\.options)
        return settings.compactMap { setting in
            refusal(of: setting.arguments, now: now).map { PipelineProblem(reason: .refused($0), place: setting.place) }
        }
    }

    private static func refusal(of arguments: [String], now: Timestamp) -> FailureText? {
        do {
            try ExportCommand.parse(arguments).check(now: now)
            return nil
        } catch let failure as CommandFailure {
            return FailureText(failure)
        } catch {
            return FailureText(ExportCommand.message(for: error), status: .usage)
        }
    }
}
