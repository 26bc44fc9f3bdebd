import ArgumentParser
import BatchArchive
import BatchService

/// The options that report a run to other systems: log format, metrics file, ping URL and command.
struct ReportingOptions: ParsableArguments {
    /// The format of standard error.
    enum LogFormat: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Option(
        help: ArgumentHelp("Write standard error as text, or as JSON with one object per line.", valueName: "format")
    )
    var logFormat: LogFormat = .text

    @Option(
        help: ArgumentHelp("Write metrics of the run to this file, in Prometheus text format.", valueName: "file"),
        completion: .file(),
        transform: NamedValue.path
    )
    var metricsFile: String?

    @Option(
        help: ArgumentHelp(
            "Call this URL at the end of the run, with /start appended at the start, with /fail after a failure.",
            valueName: "url"
        )
    )
    var pingURL: String?

    @Option(
        help: ArgumentHelp(
            "Run this shell command at the end of the run, with the JSON document of the run on its standard input.",
            valueName: "command"
        )
    )
    var notifyCommand: String?

    /// Checks the options before a run, because these errors would otherwise appear only at its end.
    func check() throws(CommandFailure) {
        if let pingURL, !PingClient.isValidURL(pingURL) { throw .badPingURL }
        if let notifyCommand, notifyCommand.allSatisfy(\.isWhitespace) {
            throw .outOfRange(option: "--notify-command", value: notifyCommand, allowed: "a shell command")
        }
        guard let metricsFile else { return }
        let status = try? FileStatus.of(parentFolder(of: metricsFile))
        guard status?.isFolder == true else { throw .noMetricsFolder(metricsFile) }
    }

    /// Creates the observer that reports a run in the requested format.
    func observer(in context: CommandContext, isQuiet: Bool, isVerbose: Bool = false, source: String? = nil)
        -> any RunObserver
    {
        switch logFormat {
        case .text: ExportProgress(context: context, isQuiet: isQuiet, isVerbose: isVerbose)
        case .json: RunLog(context: context, isQuiet: isQuiet, source: source)
        }
    }
}
