import BatchArchive

/// What has to be done to a batch so that its files are whole again.
enum RepairStep: Sendable, Hashable {
    /// Raw is whole: derive flat rows, summaries and manifest from it.
    case rebuild
    /// The manifest cannot be trusted: ask the service for the batch, then derive the rest from raw, or fetch it.
    case identify
    /// Raw is gone or damaged: fetch the results again.
    case download
}

/// Decides from what `verify` found what has to be done: a pure function.
struct RepairPlan: Sendable {
    /// The batches to work on, by id.
    private(set) var steps: [String: RepairStep] = [:]
    /// Whether anything is wrong or outdated at all.
    private(set) var isNeeded = false
    /// Damaged files that hold several batches.
    private(set) var shared: Set<String> = []

    init(_ files: [VerifiedFile]) {
        for file in files where file.mark != .intact || file.isOutdated {
            isNeeded = true
            if file.batchID == nil, file.mark == .different || file.mark == .missing, file.path.contains("/compact.") {
                shared.insert(file.path)
            }
            guard let id = file.batchID, let step = Self.step(for: file) else { continue }
            steps[id] = Self.stronger(steps[id], step)
        }
    }

    private static func step(for file: VerifiedFile) -> RepairStep? {
        let part = file.path.prefix { $0 != "/" }
        switch (part, file.mark) {
        case ("raw", .missing), ("raw", .different): return .download
        case ("manifests", .missing), ("manifests", .different): return file.isOutdated ? .rebuild : .identify
        // A data file without a manifest: the batch may be known to the service.
        case ("raw", .extra): return .identify
        case (_, .unreadable), (_, .extra): return nil
        default: return file.path.contains("/") ? .rebuild : nil
        }
    }

    private static func stronger(_ first: RepairStep?, _ second: RepairStep) -> RepairStep {
        let order: [RepairStep] = [.rebuild, .identify, .download]
        return order.last { $0 == first || $0 == second } ?? second
    }
}
