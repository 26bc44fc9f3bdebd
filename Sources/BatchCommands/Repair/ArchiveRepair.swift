import BatchAnalytics
import BatchArchive
import BatchPipeline
import BatchService
import MessageBatches

/// Makes damaged batches whole again, by the code that exports: nothing is published that does not pass the gate.
struct ArchiveRepair {
    let folder: ArchiveFolder
    let settings: ArchiveSettings
    /// The service, or nil if it cannot be asked.
    let client: BatchServiceClient?
    let context: CommandContext

    /// Works on the batches one by one, then writes SHA256SUMS anew from the manifests.
    ///
    /// - Returns: How many batches were made whole.
    func run(_ plan: RepairPlan) async throws -> Int {
        let manifests = try await withOwnFiles(plan)
        let byID = Dictionary(manifests.map { ($0.batch.id, $0) }) { first, _ in first }
        var repaired = 0
        for (id, step) in plan.steps.sorted(by: { $0.key < $1.key }) {
            try Task.checkCancellation()
            let outcome = try await repair(id, byID[id], step)
            context.note("\(id): \(outcome.text)")
            if outcome.isWhole { repaired += 1 }
        }
        let archive = FileArchive(folder, settings: settings)
        try archive.rewriteChecksums()
        return repaired
    }

    /// The manifests, after each batch to work on was given files of its own.
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

    private struct Outcome {
        var text: String
        var isWhole = false
    }

    private func repair(_ id: String, _ manifest: Manifest?, _ step: RepairStep) async throws -> Outcome {
        if step == .rebuild, let manifest {
            let outcome = try await rebuild(manifest.batch, manifest)
            if outcome.isWhole || client == nil { return outcome }
        }
        guard let client else { return Outcome(text: "not repaired, the service cannot be asked without a key") }
        let batch: MessageBatch
        do throws(ServiceError) {
            batch = try await client.messageBatch(id: id).batch
        } catch {
            guard ![401, 403].contains(error.status) else { throw error }
            return Outcome(text: "not repaired, \(FailureText.clause(error))")
        }
        if step == .identify {
            let outcome = try await rebuild(batch, manifest)
            if outcome.isWhole { return outcome }
        }
        return try await download(batch, from: client, manifest)
    }

    /// Derives everything from the raw file.
    private func rebuild(_ batch: MessageBatch, _ manifest: Manifest?) async throws -> Outcome {
        let known = manifest.flatMap { $0.batch.id == batch.id ? $0 : nil }
        if let known, known.files[.raw] == nil, !known.found.isEmpty {
            return Outcome(text: "not rebuilt, its raw file is gone")
        }
        let stored = try known.map { StoredResults($0, in: folder) } ?? StoredResults(of: batch, in: folder)
        guard let stored else { return Outcome(text: "not repaired, there is no raw file") }
        // That the service has withdrawn the results does not matter to a file that is here.
        var batch = batch
        batch.archivedAt = nil
        let outcome: BatchOutcome
        do {
            outcome = try await export(batch, KnownBatch(batch: batch), stored, known, attempts: 1)
        } catch let failure as ArchiveFailure {
            return Outcome(text: "not rebuilt, \(FailureText(failure).sentence)")
        }
        guard case .archived = outcome else { return Outcome(text: "not rebuilt, \(FailureText.clause(outcome))") }
        return Outcome(text: "rebuilt from raw", isWhole: true)
    }

    private func download(
        _ batch: MessageBatch,
        from client: BatchServiceClient,
        _ manifest: Manifest?
    ) async throws -> Outcome {
        let outcome = try await export(batch, client, client, manifest, attempts: ExportSettings().maxAttempts)
        switch outcome {
        case .archived: return Outcome(text: "fetched again", isWhole: true)
        case .withdrawn: return Outcome(text: "not repaired, the service has withdrawn its results")
        default: return Outcome(text: "not repaired, \(FailureText.clause(outcome))")
        }
    }

    private func export(
        _ batch: MessageBatch,
        _ lister: any BatchLister,
        _ source: any ResultSource,
        _ old: Manifest?,
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
            summaries: SummarySet(SummaryRegistry.kinds),
            now: context.now,
            pause: { try await Task.sleep(for: $0) },
            observe: { _ in }
        )
        let exporting = ExportSettings(maxAttempts: attempts, replacesArchived: true)
        let export = BatchExport(ports: ports, settings: exporting, listedAt: nil)
        let outcome = try await export.run(batch)
        if case .archived = outcome, let old, old.batch.id == batch.id { try archive.carryOver(from: old) }
        return outcome
    }
}

/// The batch at hand in the place of the service.
private struct KnownBatch: BatchLister {
    let batch: MessageBatch

    func page(_ query: PageQuery) async throws(ServiceError) -> ServiceReply {
        ServiceReply(head: ReplyHead(status: 200), body: Array("{\"data\":[],\"has_more\":false}".utf8))
    }

    func batch(id: String) async throws(ServiceError) -> ServiceReply {
        ServiceReply(head: ReplyHead(status: 200), body: batch.json)
    }
}
