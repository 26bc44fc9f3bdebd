import MessageBatches

/// The JSON document about all sources of a pipeline file that `run FILE --json` writes.
///
/// The keys are part of the interface: keys may be added, but not removed or renamed.
struct PipelineDocument: Encodable {
    private let command = "run"
    private let version = BatchkeepVersion.current
    private let file: String
    private let startedAt: Timestamp
    private let finishedAt: Timestamp
    private let seconds: Double
    private let exitStatus: Int32
    private let exitStatuses: [Int32]
    private let error: String?
    private let sources: [Source]

    private struct Source: Encodable {
        let name: String?
        let export: ExportDocument
    }

    /// Creates a document about the runs, or about the error that prevented all of them.
    init(
        file: String,
        runs: [ExportSummary],
        failure: FailureText? = nil,
        startedAt: Timestamp,
        finishedAt: Timestamp
    ) {
        self.file = file
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        seconds = finishedAt.seconds(since: startedAt)
        var statuses = runs.reduce(into: Set<ExitStatus>()) { $0.formUnion($1.statuses) }
        if let failure { statuses.insert(failure.status) }
        let status = ExitStatus.combined(statuses)
        exitStatus = status.rawValue
        exitStatuses = ExitStatus.sorted(statuses).map(\.rawValue)
        // That of the source with the most severe status, whose exit status the command has.
        let stopped = runs.filter { $0.stop != nil }
        error = failure?.text ?? (stopped.first { $0.status == status } ?? stopped.first)?.stop?.text
        sources = runs.map { Source(name: $0.source, export: $0.document) }
    }
}
