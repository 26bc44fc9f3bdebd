import BatchAnalytics
import BatchArchive
import MessageBatches

/// The JSON document of a command that maintains archives: what it did, or would do, in each archive.
///
/// The keys are part of the interface: keys may be added, but not removed or renamed.
struct MaintenanceDocument<Entry: Encodable>: Encodable {
    private let command: String
    private let version = BatchkeepVersion.current
    /// Whether nothing was changed; missing for a command without a dry run.
    private let dryRun: Bool?
    private let archives: [Entry]
    private let exitStatus: Int32

    init(_ command: String, dryRun: Bool? = nil, archives: [Entry], status: ExitStatus = .done) {
        self.command = command
        self.dryRun = dryRun
        self.archives = archives
        exitStatus = status.rawValue
    }
}

/// The batches of one archive that `rebuild` rebuilt, or would rebuild.
struct RebuildEntry: Encodable {
    private struct Batch: Encodable {
        let batchID: String
        let reason: String
    }

    private let archive: String
    /// The outdated batches with a raw file.
    private let batches: [Batch]
    /// The number of batches that were rebuilt.
    private(set) var rebuilt = 0
    /// The batches that could not be rebuilt.
    private(set) var failed: [String] = []
    /// The outdated batches that cannot be rebuilt, because they have no raw file.
    private let withoutRaw: [String]
    /// The number of manifests that cannot be read.
    private let unreadable: Int

    init(archive: String, _ plan: RebuildPlan) {
        self.archive = archive
        batches = plan.entries.map { Batch(batchID: $0.batch.id, reason: $0.reason) }
        withoutRaw = plan.withoutRaw.map(\.id)
        unreadable = plan.unreadable.count
    }

    /// Records the outcome of one batch.
    mutating func record(_ id: String, isRebuilt: Bool) {
        if isRebuilt { rebuilt += 1 } else { failed.append(id) }
    }
}

/// The files of one archive that `prune` removed, or would remove.
struct PruneEntry: Encodable {
    private struct File: Encodable {
        let batchID: String
        let path: String
        let bytes: Int
    }

    private let archive: String
    private let files: [File]
    /// The size of the files together.
    private let bytes: Int
    /// The number of files that are kept, because they are the last copy of the results.
    private let keptLastCopies: Int

    init(archive: String, _ found: [PrunableFile], by plan: PrunePlan) {
        self.archive = archive
        files = found.filter { plan.removes($0) }
            .map { File(batchID: $0.manifest.batch.id, path: $0.file.path, bytes: $0.file.bytes) }
        bytes = files.reduce(0) { $0.addingClamped($1.bytes) }
        keptLastCopies = found.count - files.count
    }
}

/// The files of one archive that `compact` merged, or would merge.
struct CompactEntry: Encodable {
    /// Files of one kind and one day that become one file.
    private struct Merge: Encodable {
        let kind: String
        let date: String
        let files: Int
        let bytes: Int
    }

    private let archive: String
    private let merges: [Merge]

    init(archive: String, _ chosen: [Compaction]) {
        self.archive = archive
        merges = chosen.map {
            Merge(kind: $0.kind.rawValue, date: $0.day.text, files: $0.manifests.count, bytes: $0.bytes)
        }
    }
}

/// The files that `views` wrote in one archive, relative to it.
struct ViewsEntry: Encodable {
    let archive: String
    let written: [String]
}

/// The index that `catalog rebuild` made for one archive.
struct CatalogEntry: Encodable {
    let archive: String
    /// The number of manifests from which it was made.
    let manifests: Int
}

/// An archive without quarantined batches, for which `retry-quarantine` has nothing to do.
struct QuarantineEntry: Encodable {
    let archive: String
    let quarantined = 0
}
