package import BatchPipeline
package import MessageBatches

/// Repairs damaged batches with the code of `export`: only batches that pass the completeness check are published.
///
/// A download replaces an archived raw file only if it has the same lines (`ArchivedLines`). Otherwise the old files stay
/// as they are, and the download goes to quarantine.
package struct ArchiveRepair {
    /// The part of the API client that repair uses.
    package typealias Service = any BatchLister & ResultSource

    /// The result of repairing one batch.
    package enum Outcome: Sendable {
        /// All derived files were rebuilt from the raw file.
        case rebuilt
        /// The results were downloaded again.
        case downloaded
        /// There is no raw file, and the API was not asked.
        case noRawFile
        /// The raw file in the manifest is missing or was pruned.
        case rawFileIsGone
        /// The raw file cannot be read, or does not pass the completeness check.
        case notRebuilt(ArchiveFailure)
        case notProven(BatchOutcome)
        /// The raw file is not sufficient, and there is no connection to the API.
        case noService
        /// The API did not return the batch.
        case notRetrieved(ServiceError)
        case notDownloaded(BatchOutcome)
        /// A roll-up or view was written again.
        case documentReplaced
        /// A roll-up or view was removed, because nothing says what it should contain.
        case documentRemoved

        fileprivate var isRepaired: Bool {
            switch self {
            case .rebuilt, .downloaded: true
            default: false
            }
        }
    }

    private let folder: ArchiveFolder
    private let settings: ArchiveSettings
    private let service: Service?
    private let summaries: SummarySet
    private let now: @Sendable () -> Timestamp
    private let document: Document

    /// Returns what a roll-up or view should contain, by its path; nil if that is not known.
    package typealias Document = @Sendable (String) async throws -> [UInt8]?

    /// Creates a repair; `summaries` are empty summaries of all kinds, and `service` is nil if the API cannot be used.
    package init(
        _ folder: ArchiveFolder,
        settings: ArchiveSettings,
        service: Service?,
        summaries: SummarySet,
        now: @escaping @Sendable () -> Timestamp,
        document: @escaping Document
    ) {
        self.folder = folder
        self.settings = settings
        self.service = service
        self.summaries = summaries
        self.now = now
        self.document = document
    }

    /// Repairs the batches one by one, then roll-ups and views, and rebuilds SHA256SUMS from the manifests.
    ///
    /// Reports the outcome of each batch by its ID, and of each document by its path.
    ///
    /// Needs the archive's lock.
    package func run(_ plan: RepairPlan, observe: (String, Outcome) -> Void) async throws {
        let manifests = try await withOwnFiles(plan)
        let byID = Dictionary(manifests.map { ($0.batch.id, $0) }) { first, _ in first }
        for (id, step) in plan.steps.sorted(by: { $0.key < $1.key }) {
            try Task.checkCancellation()
            observe(id, try await repair(id, byID[id], step))
        }
        var documents: [String: [UInt8]?] = [:]
        for path in plan.documents.sorted() {
            let text = try await document(path)
            documents.updateValue(text, forKey: path)
            observe(path, text == nil ? .documentRemoved : .documentReplaced)
        }
        try FileArchive(folder, settings: settings).rewriteChecksums(documents)
    }

    /// Gives each batch to repair its own files, and returns the resulting manifests.
    private func withOwnFiles(_ plan: RepairPlan) async throws -> [Manifest] {
        let reader = try ArchiveReader(folder)
        let manifests = try await reader.manifests().manifests
        let touched = manifests.filter { plan.steps[$0.batch.id] != nil }.flatMap(\.files.values)
        let shared = Set(touched.filter { $0.slice != nil }.map(\.path)).union(plan.shared)
        guard !shared.isEmpty else { return manifests }
        let archive = FileArchive(folder, settings: settings)
        for path in shared.sorted() { try archive.expand(path, of: manifests) }
        return try await reader.manifests().manifests
    }

    private func repair(_ id: String, _ manifest: Manifest?, _ step: RepairStep) async throws -> Outcome {
        if step == .rebuild, let manifest {
            let outcome = try await rebuild(manifest.batch, manifest)
            if outcome.isRepaired || service == nil { return outcome }
        }
        guard let service else { return .noService }
        let batch: MessageBatch
        do throws(ServiceError) {
            batch = try await service.messageBatch(id: id).batch
        } catch {
            guard ![401, 403].contains(error.status) else { throw error }
            return .notRetrieved(error)
        }
        if step == .identify, try await rebuild(batch, manifest).isRepaired { return .rebuilt }
        let attempts = ExportSettings().maxAttempts
        let lines = manifest?.archivedLines
        let outcome = try await export(batch, service, service, manifest, replacing: lines, attempts: attempts)
        if case .archived = outcome { return .downloaded }
        return .notDownloaded(outcome)
    }

    /// Rebuilds all derived files from the raw file.
    private func rebuild(_ batch: MessageBatch, _ manifest: Manifest?) async throws -> Outcome {
        let known = manifest.flatMap { $0.batch.id == batch.id ? $0 : nil }
        if let known, known.files[.raw] == nil, !known.found.isEmpty { return .rawFileIsGone }
        let stored = try known.map { StoredResults($0, in: folder) } ?? StoredResults(of: batch, in: folder)
        guard let stored else { return .noRawFile }
        // A local raw file can be used even if the API has removed the results.
        var batch = batch
        batch.archivedAt = nil
        do {
            let outcome = try await export(batch, KnownBatch(batch: batch), stored, known, attempts: 1)
            if case .archived = outcome { return .rebuilt }
            return .notProven(outcome)
        } catch let failure as ArchiveFailure {
            return .notRebuilt(failure)
        }
    }

    private func export(
        _ batch: MessageBatch,
        _ lister: any BatchLister,
        _ source: any ResultSource,
        _ old: Manifest?,
        replacing lines: ArchivedLines? = nil,
        attempts: Int
    ) async throws -> BatchOutcome {
        var settings = settings
        settings.revision = (old?.revision ?? 0) + 1
        settings.origin = old?.source.origin ?? settings.origin
        let archive = FileArchive(folder, settings: settings)
        let ports = ExportPorts(
            lister: lister,
            source: source,
            archive: archive,
            summaries: summaries,
            now: now,
            pause: { try await Task.sleep(for: $0) },
            observe: { _ in }
        )
        var exporting = ExportSettings(maxAttempts: attempts, replacesArchived: true)
        exporting.archivedLines = lines
        let outcome = try await BatchExport(ports: ports, settings: exporting, listedAt: nil).run(batch)
        if case .archived = outcome, let old, old.batch.id == batch.id { try archive.copyEntries(from: old) }
        return outcome
    }
}

/// A lister that returns one known batch instead of asking the API.
private struct KnownBatch: BatchLister {
    let batch: MessageBatch

    func page(_ query: PageQuery) async throws(ServiceError) -> ServiceReply {
        ServiceReply(head: ReplyHead(status: 200), body: Array("{\"data\":[],\"has_more\":false}".utf8))
    }

    func batch(id: String) async throws(ServiceError) -> ServiceReply {
        ServiceReply(head: ReplyHead(status: 200), body: batch.json)
    }
}
