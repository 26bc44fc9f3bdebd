import ArgumentParser
import MessageBatches

/// The option `--status`, which may be repeated.
struct StatusOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Select batches in this status: in_progress, canceling, ended or all; may be repeated."))
    var status: [String] = []

    /// The selected statuses, or nil for all.
    func statuses() throws(CommandFailure) -> Set<ProcessingStatus>? {
        var wanted: Set<ProcessingStatus> = []
        for name in status {
            if name == "all" { return nil }
            let status = ProcessingStatus(name)
            guard ProcessingStatus.known.contains(status) else { throw .unknownStatus(name) }
            wanted.insert(status)
        }
        return wanted.isEmpty ? nil : wanted
    }
}
