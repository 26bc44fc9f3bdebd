import MessageBatches

/// The step that a damaged batch needs.
package enum RepairStep: Sendable, Hashable {
    /// The raw file is intact: rebuild flat rows, summaries and manifest from it.
    case rebuild
    /// The manifest is not reliable: request the batch from the API, then rebuild the rest from raw or download it.
    case identify
    /// The raw file is missing or damaged: download the results again.
    case download
}

/// The repair step for each damaged batch, computed from the findings of `verify`.
///
/// A pure function.
package struct RepairPlan: Sendable {
    /// The batches to repair, by ID.
    package private(set) var steps: [String: RepairStep] = [:]
    /// The batches with a step for damage, not only for outdated files.
    private var damaged: Set<String> = []
    /// Whether anything is damaged or outdated.
    package private(set) var isNeeded = false
    /// Damaged files that contain several batches.
    private(set) var shared: Set<String> = []
    /// The batches with damaged files of a join.
    private(set) var joined: Set<String> = []
    /// Files with rows that no manifest names.
    private(set) var unnamed: Set<String> = []
    /// Damaged roll-ups and views.
    package private(set) var documents: Set<String> = []

    /// Rebuilds the derived files of batches.
    package init(rebuilding ids: Set<String>) {
        for id in ids { steps[id] = .rebuild }
        isNeeded = !ids.isEmpty
    }

    package init(_ files: [VerifiedFile]) {
        for file in files where file.mark != .intact || file.isOutdated {
            isNeeded = true
            let isDamaged = file.mark == .different || file.mark == .missing
            if isDamaged, file.batchID == nil, ArchivePaths.isContainer(file.path) { shared.insert(file.path) }
            let part = DataKind(rawValue: String(file.path.prefix { $0 != "/" }))
            if file.mark == .extra, let part, part != .raw || file.isPruned { unnamed.insert(file.path) }
            if file.mark != .unreadable, ArchivePaths.isDocument(file.path) { documents.insert(file.path) }
            guard let id = file.batchID else { continue }
            // Raw cannot restore joined files, so nothing is rebuilt for them.
            if let part, DataKind.ofJoin.contains(part) {
                if file.mark != .unreadable { joined.insert(id) }
                continue
            }
            guard let step = Self.step(for: file) else { continue }
            steps[id] = Self.stronger(steps[id], step)
            if isDamaged { damaged.insert(id) }
        }
    }

    /// Plans a download of each damaged batch that cannot be rebuilt because its raw file was pruned.
    package mutating func download(prunedAmong manifests: [Manifest]) {
        for manifest in manifests where manifest.files[.raw] == nil && !manifest.found.isEmpty {
            let id = manifest.batch.id
            if steps[id] == .rebuild, damaged.contains(id) { steps[id] = .download }
        }
    }

    /// Whether a step needs more than the raw file.
    package var needsService: Bool { steps.values.contains { $0 != .rebuild } }

    private static func step(for file: VerifiedFile) -> RepairStep? {
        let part = file.path.prefix { $0 != "/" }
        switch (part, file.mark) {
        case ("raw", .missing), ("raw", .different): return .download
        case ("manifests", .missing), ("manifests", .different): return file.isOutdated ? .rebuild : .identify
        // A data file without a manifest: the API may know the batch. A pruned file is removed, not downloaded again.
        case ("raw", .extra): return file.isPruned ? nil : .identify
        case (_, .unreadable), (_, .extra): return nil
        default: return file.path.contains("/") ? .rebuild : nil
        }
    }

    private static func stronger(_ first: RepairStep?, _ second: RepairStep) -> RepairStep {
        let order: [RepairStep] = [.rebuild, .identify, .download]
        return order.last { $0 == first || $0 == second } ?? second
    }
}
