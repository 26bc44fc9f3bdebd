import BatchPipeline
import BatchService

/// Reports a run to other systems: pings a URL when it starts and ends, and writes its metrics to a file.
///
/// If that fails it only warns: the archive is what counts.
struct RunReporter {
    private let metricsFile: String?
    private let ping: PingClient?
    private let observer: any RunObserver

    /// A reporter that calls and writes nothing for a dry run.
    ///
    /// ``ReportingOptions/check()`` reports invalid options.
    init(_ options: ReportingOptions, service: ServiceOptions, isDryRun: Bool, observer: any RunObserver) {
        metricsFile = isDryRun ? nil : options.metricsFile
        self.observer = observer
        guard !isDryRun, let url = options.pingURL else {
            ping = nil
            return
        }
        ping = PingClient(
            url,
            userAgent: "batchkeep/\(BatchkeepVersion.current)",
            proxies: observer.context.proxies,
            caFile: service.caFile
        )
    }

    /// Reports the start, before anything is done.
    func start() async {
        await send(.start, body: "batchkeep \(BatchkeepVersion.current) started\n")
    }

    /// Reports the end, after everything is done.
    ///
    /// If no run could start there are no metrics to write.
    func end(_ runs: [ExportSummary], status: ExitStatus) async {
        if let metricsFile, !runs.isEmpty {
            do throws(FigureFailure) {
                try RunMetrics(runs: runs).write(to: metricsFile)
            } catch {
                observer.warn(FailureText.unwrittenMetrics(error))
            }
        }
        await send(status == .done ? .success : .failure, body: Self.body(runs, status: status))
    }

    private func send(_ occasion: PingClient.Occasion, body: String) async {
        guard let ping else { return }
        do {
            try await ping.send(occasion, body: body)
        } catch {
            observer.warn(FailureText.unheardPing(error))
        }
    }

    /// The end in a few lines, without IDs and content.
    private static func body(_ runs: [ExportSummary], status: ExitStatus) -> String {
        let lines = runs.map { run in
            let report = run.report
            let open = report.problems.count + report.retryScheduled.count
            let figures =
                "\(report.archivedNow) archived, \(report.alreadyArchived) already there, \(report.notEnded) not ended, "
                + "\(open) with problems"
            return run.source.map { "\($0): exit status \(run.status.rawValue), \(figures)" } ?? figures
        }
        return (["exit status \(status.rawValue): \(status.meaning)"] + lines).map { $0 + "\n" }.joined()
    }
}
