import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchPipeline
import BatchService
import MessageBatches

/// Runs one import: finds the batches of the files, sends the files through the stages of an export, and records the
/// run.
struct ImportSession: Sendable {
    private let options: ImportCommand
    private let observer: any RunObserver
    private let cancellation: RunCancellation

    private var context: CommandContext { observer.context }

    init(_ options: ImportCommand, observer: any RunObserver, cancellation: RunCancellation) {
        self.options = options
        self.observer = observer
        self.cancellation = RunCancellation(within: cancellation)
    }

    /// Runs the import and reports its summary to the observer.
    ///
    /// This function does not throw: an error is part of the summary.
    func run() async -> ExportSummary {
        let startedAt = context.now()
        var summary: ExportSummary
        do {
            summary = try await cancellation.limit(to: nil, in: context) { try await importFiles(startedAt: startedAt) }
        } catch {
            var report = ExportReport(summaries: SummarySet(SummaryRegistry.kinds))
            report.stop = error
            summary = self.summary(of: report, [], startedAt: startedAt)
        }
        summary.arguments = context.arguments
        observer.report(summary)
        return summary
    }

    private func importFiles(startedAt: Timestamp) async throws -> ExportSummary {
        let createdAt = try options.createdAt(now: startedAt)
        let listed = try options.listedBatches()
        let statistics = RunStatistics(prices: try options.prices.source(), page: nil, zone: .utc)
        try options.archive.checkFolder(warn: observer.warn)
        let files = await accepted(listed: listed)
        guard !files.accepted.isEmpty else {
            let report = ExportReport(summaries: SummarySet(SummaryRegistry.kinds))
            return summary(of: report, files.all, startedAt: startedAt)
        }
        let job = Job(
            files: files,
            listed: listed,
            unproven: options.unproven ? ImportedBatches.UnprovenBatches(createdAt: createdAt) : nil,
            statistics: statistics,
            startedAt: startedAt
        )
        guard let connection = try await connection(listed: listed) else {
            let base = try ServiceURL.configured(options.service.url(in: context))
            return try await archive(job, nil, origin: base.origin.text)
        }
        return try await connection.use { client in
            try await archive(job, client, origin: client.origin, keyPlace: connection.keyPlace)
        }
    }

    /// The connection to the API; nil if the batch objects come from a list, or if unproven files need no key.
    private func connection(listed: [String: MessageBatch]?) async throws -> ServiceConnection? {
        guard listed == nil else { return nil }
        do {
            return try await ServiceConnection(options.service, options.connection, observer: observer)
        } catch CommandFailure.noKey where options.unproven {
            return nil
        }
    }

    // MARK: The files

    /// The files of the command, and those of them that can be imported.
    private struct Files: Sendable {
        var all: [ImportedFile] = []
        var accepted: [ImportFile] = []
    }

    /// What an import needs, except for the archive and the API.
    private struct Job: Sendable {
        let files: Files
        /// The batch objects of a list; nil if they come from the API.
        let listed: [String: MessageBatch]?
        let unproven: ImportedBatches.UnprovenBatches?
        let statistics: RunStatistics
        let startedAt: Timestamp
    }

    /// Finds the batch of each file, and reports the files that are refused.
    private func accepted(listed: [String: MessageBatch]?) async -> Files {
        var files = Files()
        for path in options.files {
            do throws(ImportFile.Refusal) {
                let file = try await ImportFile(path, id: options.batch)
                if let other = files.accepted.first(where: { $0.batchID == file.batchID }) {
                    let reason = "'\(other.path)' is a file of the same batch, \(file.batchID)"
                    throw ImportFile.Refusal(batchID: file.batchID, reason: reason, advice: "import one file per batch")
                }
                if let listed, listed[file.batchID] == nil, !options.unproven {
                    let reason = "\(file.batchID) is not in the list of --batches"
                    throw ImportFile.Refusal(batchID: file.batchID, reason: reason, advice: Self.unprovenAdvice)
                }
                files.accepted.append(file)
                files.all.append(ImportedFile(path: path, batchID: file.batchID, state: .failed))
            } catch {
                context.report(.error, "'\(path)': \(error.reason)", hint: error.advice)
                files.all.append(
                    ImportedFile(path: path, batchID: error.batchID, state: .refused, reason: error.reason)
                )
            }
        }
        return files
    }

    private static let unprovenAdvice = "to archive it without proof that it is complete, add --unproven"

    // MARK: The archive

    private func archive(
        _ job: Job,
        _ client: (any BatchLister)?,
        origin: String,
        keyPlace: String? = nil
    ) async throws -> ExportSummary {
        let (files, statistics, startedAt) = (job.files, job.statistics, job.startedAt)
        let settings = try options.compression.settings(origin: origin, prices: statistics.prices.table)
        let open = try await options.archive.open(settings, lock: options.lock)
        let catalogFile = CatalogFile(folder: open.sink.folder) { [observer] in
            observer.warn(FailureText.text(of: $0))
        }
        var catalog = try await catalogFile.openForRun()
        // If the catalog cannot be written, opening it reported that.
        var run = try? catalog.begin(CatalogRun(in: context, startedAt: startedAt))
        let archived = try archivedManifests(of: files.accepted, in: open.sink.folder)
        let batches = ImportedBatches(
            files.accepted,
            listed: job.listed,
            archived: archived.mapValues(\.batch),
            client: client,
            unproven: job.unproven
        )
        let outcomes = ImportOutcomes(files.all)
        var report = await ExportRun(
            ports: ports(batches, to: open.sink, statistics, outcomes),
            settings: .ofImport()
        )
        .run(RequestedBatches(ids: Set(files.accepted.map(\.batchID))))
        if report.wasCancelled { report.stop = cancellation.failure ?? report.stop }
        if job.unproven == nil, report.notRetrieved.values.contains(where: { $0.status == 404 }) {
            context.report(.hint, Self.unprovenAdvice)
        }
        var all = outcomes.files
        if options.compare, report.stop == nil { try await compare(&all, with: archived) }
        var summary = summary(of: report, all, startedAt: startedAt)
        if let keyPlace { summary.keyPlace = keyPlace }
        // The files of the archive are the record of what was imported.
        catalog = try await catalogFile.openForRun()
        summary.statistics = await statistics.finish(
            report,
            of: summary.selection,
            in: open.sink,
            catalog,
            startedAt: startedAt,
            now: context.now()
        )
        run?.finishedAt = context.now()
        // An import lists no batches, so it is not the last listing.
        run?.counts = summary.counts.merging(["listed": 0, "in_window": 0]) { $1 }
        run?.exitStatus = summary.status.rawValue
        run?.error = summary.stop?.sentence
        if let run { try? catalog.save(run) }
        open.close()
        return summary
    }

    /// The manifests of the batches that are already archived, by ID.
    private func archivedManifests(of files: [ImportFile], in folder: ArchiveFolder) throws -> [String: Manifest] {
        let reader = try ArchiveReader(folder)
        let days = try reader.archivedDays()
        var manifests: [String: Manifest] = [:]
        for file in files {
            guard let day = days[file.batchID] else { continue }
            manifests[file.batchID] = try reader.manifest(of: file.batchID, on: day)
        }
        return manifests
    }

    private func ports(
        _ batches: ImportedBatches,
        to sink: FileArchive,
        _ statistics: RunStatistics,
        _ outcomes: ImportOutcomes
    ) -> ExportPorts {
        ExportPorts(
            lister: batches,
            source: batches,
            archive: sink,
            summaries: SummarySet(SummaryRegistry.kinds),
            pricing: sink.pricing,
            now: context.now,
            pause: { [clock = context.clock] in try await clock.sleep(for: $0) },
            observe: { [observer] event in
                observer.observe(event)
                statistics.observe(event)
                outcomes.observe(event)
            }
        )
    }

    /// Compares the lines of files with those of their archived batches.
    private func compare(_ files: inout [ImportedFile], with archived: [String: Manifest]) async throws {
        for index in files.indices where files[index].state == .alreadyArchived {
            let path = files[index].path
            guard let id = files[index].batchID, let manifest = archived[id] else { continue }
            guard let lines = manifest.archivedLines else {
                observer.warn("'\(path)': cannot be compared: the manifest of \(id) has no digest of the lines")
                continue
            }
            do {
                let body = try await ImportFile(path, id: id).body
                let tally = try await BodyTally(counting: body)
                let isSame = lines.match(tally.digest, receivedSHA256: body.sha256)
                files[index].isSame = isSame
                if isSame {
                    if !options.quiet { context.note("'\(path)': the same lines as in the archived batch \(id)") }
                } else {
                    observer.warn("'\(path)': other lines than in the archived batch \(id)")
                }
            } catch let failure as BatchFailure {
                files[index].isSame = false
                observer.warn("'\(path)': cannot be compared: \(FailureText.clause(.failed(failure)))")
            }
        }
    }

    private func summary(of report: ExportReport, _ files: [ImportedFile], startedAt: Timestamp) -> ExportSummary {
        let finishedAt = context.now()
        var summary = ExportSummary(
            report: report,
            retention: RetentionReport(moment: finishedAt),
            selection: ExportSelection(
                window: BatchWindow(),
                filter: BatchFilter(ids: Set(files.compactMap(\.batchID)))
            ),
            archivePath: options.archive.path,
            isDryRun: false,
            signal: cancellation.signalStatus,
            startedAt: startedAt,
            finishedAt: finishedAt
        )
        summary.imported = files
        return summary
    }
}
