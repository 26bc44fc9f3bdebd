import BatchPipeline
import BatchService

/// Tells those who watch a run from outside: pings a URL when it starts and ends, and leaves its figures in a file.
///
/// What it cannot tell only warns: the archive is what counts.
struct RunReporter {
    private let metricsFile: String?
    private let ping: PingClient?
    private let watcher: any RunWatcher

    /// A dry run is nobody else's business: nothing is called or written with `isDryRun`.
    ///
    /// What is wrong with the options is not told here but by ``ReportingOptions/check()``.
    init(_ options: ReportingOptions, service: ServiceOptions, isDryRun: Bool, watcher: any RunWatcher) {
        metricsFile = isDryRun ? nil : options.metricsFile
        self.watcher = watcher
        guard !isDryRun, let url = options.pingURL else {
            ping = nil
            return
        }
        ping = PingClient(
            url,
            userAgent: "batchkeep/\(BatchkeepVersion.current)",
            proxies: watcher.context.proxies,
            caFile: service.caFile
        )
    }

    /// Before anything is done.
    func start() async {
        await send(.start, body: "batchkeep \(BatchkeepVersion.current) started\n")
    }

    /// After everything is done.
    ///
    /// Without a run, where none could begin, there are no figures to leave.
    func end(_ runs: [RunMetrics.Run], status: ExitStatus) async {
        if let metricsFile, !runs.isEmpty {
            do throws(FigureFailure) {
                try RunMetrics(runs: runs).write(to: metricsFile)
            } catch {
                watcher.warn(FailureText.unwrittenMetrics(error))
            }
        }
        await send(status == .done ? .success : .failure, body: Self.body(runs, status: status))
    }

    private func send(_ occasion: PingClient.Occasion, body: String) async {
        guard let ping else { return }
        do {
            try await ping.send(occasion, body: body)
        } catch {
            watcher.warn(FailureText.unheardPing(error))
        }
    }

    /// The end in a few lines, without ids and content.
    private static func body(_ runs: [RunMetrics.Run], status: ExitStatus) -> String {
        let lines = runs.map { run in
            let report = run.ending.report
            let open = report.problems.count + report.postponed.count
            let figures =
                "\(report.archivedNow) archived, \(report.alreadyArchived) already there, \(report.notEnded) not ended, "
                + "\(open) with problems"
            return run.source.map { "\($0): exit status \(run.ending.status.rawValue), \(figures)" } ?? figures
        }
        return (["exit status \(status.rawValue): \(status.meaning)"] + lines).map { $0 + "\n" }.joined()
    }
}
