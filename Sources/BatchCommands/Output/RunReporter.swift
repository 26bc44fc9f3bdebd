import BatchPipeline
import BatchService

/// Reports a run to other systems: pings a URL when it starts and ends, writes its metrics to a file, and runs a command.
///
/// If a report fails, it only warns, because the archive is complete without it.
struct RunReporter {
    private let metricsFile: String?
    private let ping: PingClient?
    private let command: NotifyCommand?
    private let observer: any RunObserver

    /// Creates a reporter, which does nothing for a dry run.
    ///
    /// ``ReportingOptions/check()`` reports invalid options. The command does not get `keyVariables`, the variables with
    /// the keys of a pipeline file.
    init(
        _ options: ReportingOptions,
        caFile: String?,
        isDryRun: Bool,
        observer: any RunObserver,
        keyVariables: [String] = []
    ) {
        metricsFile = isDryRun ? nil : options.metricsFile
        command = isDryRun ? nil : options.notifyCommand.map { NotifyCommand($0, hiding: keyVariables) }
        self.observer = observer
        guard !isDryRun, let url = options.pingURL else {
            ping = nil
            return
        }
        ping = PingClient(
            url,
            userAgent: "batchkeep/\(BatchkeepVersion.current)",
            proxies: observer.context.proxies,
            caFile: caFile
        )
    }

    /// Reports the start of the run.
    func start() async {
        await send(.start, body: "batchkeep \(BatchkeepVersion.current) started\n")
    }

    /// Reports the end of the run.
    ///
    /// If no run could start, this function writes no metrics. `document` is that of `--json`.
    func end(_ runs: [ExportSummary], status: ExitStatus, document: some Encodable) async {
        if let metricsFile, !runs.isEmpty {
            do throws(StatisticsFailure) {
                try RunMetrics(runs: runs).write(to: metricsFile)
            } catch {
                observer.warn(FailureText.metricsNotWritten(error))
            }
        }
        await send(status == .done ? .success : .failure, body: Self.body(runs, status: status))
        guard let command else { return }
        do {
            try await command.run(input: document.documentLine(), in: observer.context)
        } catch {
            observer.warn(FailureText.notificationFailed(error))
        }
    }

    private func send(_ event: PingClient.RunEvent, body: String) async {
        guard let ping else { return }
        do {
            try await ping.send(event, body: body)
        } catch {
            observer.warn(FailureText.pingFailed(error))
        }
    }

    /// The result as a few lines of text, without IDs and message text.
    private static func body(_ runs: [ExportSummary], status: ExitStatus) -> String {
        let lines = runs.map { run in
            let report = run.report
            let open = report.problems.count + report.retryScheduled.count
            let figures =
                "\(report.archivedNow) archived, \(report.alreadyArchived) already archived, \(report.pending) pending, "
                + "\(open) with problems"
            return run.source.map { "\($0): exit status \(run.status.rawValue), \(figures)" } ?? figures
        }
        return (["exit status \(status.rawValue): \(status.meaning)"] + lines).map { $0 + "\n" }.joined()
    }
}
