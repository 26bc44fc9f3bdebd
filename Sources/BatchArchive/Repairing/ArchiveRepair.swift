package import BatchPipeline
package import MessageBatches

/// Repairs damaged batches with the code of `export`: only batches that pass the completeness check are published.
///
/// A download replaces an archived raw file only if it has the same lines (`ArchivedLines`). Otherwise the old files stay
/// unchanged, and the download goes to quarantine.
package struct ArchiveRepair: Sendable {
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
        /// The files of its join do not match any manifest and were removed.
        case joinRemoved
        /// The files of its join are damaged and were kept, because without a raw file no join can make them again.
        case joinKept
        /// A file with rows was removed, because no manifest names it.
        case fileRemoved(path: String)
        /// A roll-up or view was written again.
        case documentReplaced
        /// A roll-up or view was removed, because what it should contain is unknown.
        case documentRemoved

        /// Whether the batch is still damaged.
        package var isFailure: Bool {
            switch self {
            case .rebuilt, .downloaded, .joinRemoved, .fileRemoved, .documentReplaced, .documentRemoved: false
            case .noRawFile, .rawFileIsGone, .notRebuilt, .notProven, .noService, .notRetrieved, .notDownloaded,
                .joinKept:
                true
            }
        }

        /// Records whether the API answered.
        fileprivate func record(in refusals: inout RefusalCount) {
            switch self {
            case .notRetrieved(let error): refusals.record(error)
            case .downloaded, .notDownloaded: refusals.recordAnswer()
            default: break
            }
        }
    }

    private let folder: ArchiveFolder
    private let settings: ArchiveSettings
    private let service: Service?
    private let summaries: SummarySet
    private let derivedFiles: DerivedFiles
    private let now: @Sendable () -> Timestamp
    private let document: Document

    /// Returns what a roll-up or view should contain, by its path; nil if that is not known.
    package typealias Document = @Sendable (String) async throws -> [UInt8]?

    /// Creates a repair.
    ///
    /// - Parameters:
    ///   - folder: The archive.
    ///   - settings: What new rows and their prices are made with.
    ///   - service: Nil if the API cannot be used.
    ///   - summaries: The empty summaries of all kinds.
    ///   - replacesPrices: Whether the prices of the settings replace those that the manifests record.
    ///   - now: The current time.
    ///   - document: The content of the roll-ups and views.
    package init(
        _ folder: ArchiveFolder,
        settings: ArchiveSettings,
        service: Service?,
        summaries: SummarySet,
        replacesPrices: Bool = false,
        now: @escaping @Sendable () -> Timestamp,
        document: @escaping Document = { _ in nil }
    ) {
        self.folder = folder
        self.settings = settings
        self.service = service
        self.summaries = summaries
        derivedFiles = DerivedFiles(
            in: folder,
            settings: settings,
            summaries: summaries,
            replacesPrices: replacesPrices
        )
        self.now = now
        self.document = document
    }

    /// Repairs the batches, several at once as `concurrency` says, then roll-ups and views, and rebuilds SHA256SUMS.
    ///
    /// The line of a damaged manifest changes only if the batch was repaired.
    ///
    /// Reports the outcome of each batch by its ID, in the order of the IDs, and of each document by its path.
    ///
    /// Needs the archive's lock.
    ///
    /// - Returns: The batches whose joined files were removed. Only their sources can restore them.
    @discardableResult
    package func run(
        _ plan: RepairPlan,
        concurrency: DownloadConcurrency = .fixed(1),
        observe: (String, Outcome) -> Void
    ) async throws -> [MessageBatch] {
        let damaged = try ChecksumList.damagedManifests(among: plan.joined.union(plan.steps.keys), in: folder)
        let (manifests, split) = try await withOwnFiles(plan)
        var lines = ChecksumList.Repair(keeping: split.union(plan.steps.keys))
        let byID = Dictionary(manifests.map { ($0.batch.id, $0) }) { first, _ in first }
        let changing = manifests.filter { plan.steps[$0.batch.id] != nil || plan.joined.contains($0.batch.id) }
        try RemovalRecord.begin(changing, in: folder)
        var steps = plan.steps.sorted { $0.key < $1.key }[...]
        var refusals = RefusalCount(isKeyAccepted: false)
        let slots = DownloadSlots(concurrency) { [service] in service?.slowdowns ?? 0 }
        try await mapConcurrently(limit: concurrency.highest) { () async throws in
            try Task.checkCancellation()
            guard let (id, step) = steps.popFirst() else { return nil }
            return (id, step, await slots.nextTurn())
        } work: { (id: String, step: RepairStep, turn: Int) async throws in
            // A batch without a manifest may be large.
            let results = byID[id]?.batch.counts.total ?? .max
            let outcome: Result<Outcome, any Error> = try await slots.withSlot(turn: turn, results: results) { _ in
                do {
                    try Task.checkCancellation()
                    return .success(try await repair(id, byID[id], step, isDamaged: damaged.contains(id)))
                } catch {
                    // The other repairs must not fail before this one, because the first error is reported.
                    return .failure(error)
                }
            }
            return (id, try outcome.get())
        } consume: { (id: String, outcome: Outcome) async throws in
            outcome.record(in: &refusals)
            if !outcome.isFailure { lines.recordRepair(of: id) }
            observe(id, outcome)
            return refusals.refusedKey == nil ? .proceed : .stop
        }
        let archive = FileArchive(folder, settings: settings)
        let touched = split.union(plan.joined).union(plan.steps.keys)
        let repaired = try await ArchiveReader(folder).manifests().manifests
        var unjoined: [MessageBatch] = []
        for manifest in repaired where touched.contains(manifest.batch.id) {
            let id = manifest.batch.id
            guard let outcome = try archive.removeUnprovenJoin(of: manifest) else { continue }
            observe(id, outcome)
            guard !outcome.isFailure else { continue }
            unjoined.append(manifest.batch)
            if plan.steps[id] == nil, !damaged.contains(id) { lines.recordRepair(of: id) }
        }
        try removeUnnamed(plan, repaired, observe)
        var documents: [String: [UInt8]?] = [:]
        for path in plan.documents.sorted() {
            let text = try await document(path)
            documents.updateValue(text, forKey: path)
            observe(path, text == nil ? .documentRemoved : .documentReplaced)
        }
        try await archive.rewriteChecksums(after: lines, documents)
        try RemovalRecord.end(in: folder)
        if let refusal = refusals.refusedKeyAtEnd { throw refusal }
        return unjoined
    }

    /// Removes files with rows that still no manifest names: of several batches, or of a batch whose manifest names
    /// another file.
    private func removeUnnamed(
        _ plan: RepairPlan,
        _ manifests: [Manifest],
        _ observe: (String, Outcome) -> Void
    ) throws(ArchiveFailure) {
        let named = Set(manifests.flatMap { $0.files.values.map(\.path) })
        let ids = Set(manifests.map(\.batch.id))
        for path in plan.unnamed.subtracting(named).sorted() {
            let id = String(path.split(separator: "/").last?.prefix { $0 != "." } ?? "")
            guard ArchivePaths.isContainer(path) || ids.contains(id), try folder.status(path) != nil else { continue }
            try folder.remove(path)
            observe(id, .fileRemoved(path: path))
        }
    }

    /// Gives each batch to repair its own files, and returns the resulting manifests and the batches that got some.
    private func withOwnFiles(_ plan: RepairPlan) async throws -> (manifests: [Manifest], split: Set<String>) {
        let reader = try ArchiveReader(folder)
        let manifests = try await reader.manifests().manifests
        let touched = manifests.filter { plan.steps[$0.batch.id] != nil }.flatMap(\.files.values)
        let shared = Set(touched.filter { $0.slice != nil }.map(\.path)).union(plan.shared)
        guard !shared.isEmpty else { return (manifests, []) }
        let archive = FileArchive(folder, settings: settings)
        for path in shared.sorted() { try archive.expand(path, of: manifests) }
        let split = manifests.filter { $0.files.values.contains { shared.contains($0.path) } }.map(\.batch.id)
        return (try await reader.manifests().manifests, Set(split))
    }

    private func repair(
        _ id: String,
        _ manifest: Manifest?,
        _ step: RepairStep,
        isDamaged: Bool
    ) async throws -> Outcome {
        if step == .rebuild, let manifest {
            // A rebuild would copy the damage of the manifest.
            let reason = "its SHA-256 differs from \(ArchivePaths.checksums)"
            let outcome = isDamaged ? manifest.notRebuilt(reason) : try await rebuild(manifest.batch, manifest)
            if !outcome.isFailure || service == nil { return outcome }
        }
        guard let service else { return .noService }
        let batch: MessageBatch
        do throws(ServiceError) {
            batch = try await service.messageBatch(id: id).batch
        } catch {
            return .notRetrieved(error)
        }
        if let manifest, manifest.batch.day != batch.day {
            return manifest.notRebuilt("the API reports that the batch was created on \(batch.day.text)")
        }
        if step == .identify {
            // The batch object in the manifest may be damaged.
            var known = manifest
            known?.batch = batch
            if try await !rebuild(batch, known).isFailure { return .rebuilt }
        }
        let attempts = ExportSettings().maxAttempts
        let lines = manifest?.archivedLines
        let outcome = try await export(batch, service, service, manifest, replacing: lines, attempts: attempts)
        if case .archived = outcome { return .downloaded }
        return .notDownloaded(outcome)
    }

    /// Rebuilds all derived files from the raw file.
    private func rebuild(_ batch: MessageBatch, _ manifest: Manifest?) async throws -> Outcome {
        if let manifest, manifest.batch.id == batch.id {
            if manifest.files[.raw] == nil, !manifest.found.isEmpty { return .rawFileIsGone }
            do {
                try await derivedFiles.rebuild(manifest)
                return .rebuilt
            } catch let failure as ArchiveFailure {
                return .notRebuilt(failure)
            }
        }
        guard let stored = try StoredResults(of: batch, in: folder) else { return .noRawFile }
        // A local raw file can be used even if the API has removed the results.
        var batch = batch
        batch.archivedAt = nil
        do {
            let outcome = try await export(batch, KnownBatch(batch: batch), stored, nil, attempts: 1)
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
        if old?.batch.id == batch.id { settings.replaced = old }
        let archive = FileArchive(folder, settings: settings)
        let ports = ExportPorts(
            lister: lister,
            source: source,
            archive: archive,
            summaries: summaries,
            pricing: settings.pricing,
            now: now,
            pause: { try await Task.sleep(for: $0) },
            observe: { _ in }
        )
        var exporting = ExportSettings(maxAttempts: attempts, replacesArchived: true)
        exporting.archivedLines = lines
        return try await BatchExport(ports: ports, settings: exporting, listedAt: nil).run(batch)
    }
}
