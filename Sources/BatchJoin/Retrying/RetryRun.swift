import BatchAnalytics
package import BatchArchive
import BatchPipeline
import BlockGzip
import JSONLines
package import MessageBatches

/// The settings of a retry run.
package struct RetrySettings: Sendable {
    package var selection: FailureSelection
    package var edit: RequestEdit
    package var form: RetryForm
    /// The folder for the files; nil if the run only counts.
    package var output: ArchiveFolder?
    package var splitter: RequestFileSplitter
    /// Whether requests are selected that an earlier retry wrote.
    package var includesEarlier = false
    /// ``output`` with an absolute path, for the record in the archive.
    package var recordedOutput: ArchiveFolder?
    /// The time of the run, for the record in the archive.
    package var now: Timestamp

    package init(
        selection: FailureSelection,
        edit: RequestEdit = RequestEdit(),
        form: RetryForm = .body,
        output: ArchiveFolder?,
        splitter: RequestFileSplitter = RequestFileSplitter(),
        now: Timestamp
    ) {
        self.selection = selection
        self.edit = edit
        self.form = form
        self.output = output
        self.splitter = splitter
        self.now = now
    }
}

/// Collects the requests of failed results from their sources, and writes files to submit again.
///
/// The archive gets a record of the written requests, so that the next run can skip them. All else is only read.
package struct RetryRun: Sendable {
    let folder: ArchiveFolder
    let settings: RetrySettings

    package init(in folder: ArchiveFolder, settings: RetrySettings) {
        self.folder = folder
        self.settings = settings
    }

    /// Processes the batches of the manifests, in order.
    ///
    /// - Throws: ``JoinFailure``, ``ArchiveFailure``, or `CancellationError`. In that case no files remain. The failure is
    ///   ``ArchiveFailure/isExistingFile`` if the folder for the files contains files of an earlier run.
    package func run(_ manifests: [Manifest], with sources: PreparedJoin) async throws -> RetryReport {
        var report = RetryReport()
        report.sources = sources.sharedSources.map(\.findings)
        try Self.checkRequests(sources.sharedSources)
        let ids = manifests.filter { settings.selection.mayContainSelected($0.found) }.map(\.batch.id)
        report.unmatchedPatterns = sources.unmatchedPatterns(of: ids)
        let output = try settings.output.map { try Output($0, settings, in: folder) }
        do {
            for manifest in manifests where settings.selection.mayContainSelected(manifest.found) {
                guard !manifest.lacksRaw else {
                    report.notSearched += 1
                    continue
                }
                let batchSources = try sources.relations(ofBatch: manifest.batch.id).flatMap(\.sources)
                try Self.checkRequests(batchSources)
                report.sources += batchSources.filter { !$0.isForAllBatches }.map(\.findings)
                let before = report.selected
                try collect(manifest, batchSources, codec: sources.settings.codec, output, &report)
                if report.selected > before { report.batches.append((manifest, report.selected - before)) }
            }
            report.parts = try output?.writer.finish() ?? []
        } catch {
            output?.writer.discard()
            output?.recorder.discard()
            throw error
        }
        output?.recorder.finish()
        if !report.parts.isEmpty { report.recordFailure = output?.recorder.failure }
        return report
    }

    /// The files of a run that does not only count.
    private struct Output {
        let writer: RetryWriter
        let recorder: RetryRecorder

        init(_ folder: ArchiveFolder, _ settings: RetrySettings, in archive: ArchiveFolder) throws(JoinFailure) {
            writer = RetryWriter(in: folder, form: settings.form, splitter: settings.splitter)
            recorder = try RetryRecorder(in: archive, output: settings.recordedOutput ?? folder, now: settings.now)
        }
    }

    private static func checkRequests(_ sources: [JoinSource]) throws(JoinFailure) {
        for source in sources where !source.holdsRequests {
            throw JoinFailure(.noRequests, path: source.path)
        }
    }

    private func collect(
        _ manifest: Manifest,
        _ sources: [JoinSource],
        codec: any MemberCodec,
        _ output: Output?,
        _ report: inout RetryReport
    ) throws {
        guard let entry = manifest.files[.raw] else { return }
        let written = settings.includesEarlier ? nil : try WrittenRequests(of: manifest.batch, in: folder)
        let reader = try MemberReader(entry, in: folder, codec: codec)
        let onlyModel = manifest.onlyModel
        for number in reader.members.indices {
            try Task.checkCancellation()
            guard let block = try reader.block(ofMember: number) else { continue }
            let decoded = ResultDecoder.decode(block)
            for (record, reason) in settings.selection.selected(in: decoded) {
                let token = decoded.block.bytes[record.customID.range]
                let id = JSONString.keyBytes(token, isEscaped: record.customID.isEscaped)
                if let path = written?.path(of: id) {
                    report.writtenEarlier[path, default: 0] += 1
                    continue
                }
                report.reasons[reason, default: 0] += 1
                let quoted = [UInt8(ascii: "\"")] + token + [UInt8(ascii: "\"")]
                let origin = RetryOrigin(batchID: manifest.batch.id, id: quoted, reason: reason)
                let request = try request(id: id, origin, sources)
                let model =
                    if let request {
                        RequestEdit.model(of: request)
                    } else {
                        settings.edit.model ?? decoded.text(record.model) ?? onlyModel
                    }
                if let model { report.models[model, default: 0] += 1 }
                if let output { try write(request, id: id, origin, of: manifest.batch, output, &report) }
            }
        }
    }

    /// The request of a result from the first source that has it, edited; nil if none has it.
    private func request(id: [UInt8], _ origin: RetryOrigin, _ sources: [JoinSource]) throws -> [UInt8]? {
        for source in sources {
            let key = JoinKey(id: id, batch: source.hasBatch ? Array(origin.batchID.utf8) : nil)
            if case .json(let object)? = try source.match(of: key)?.content,
                let request = settings.edit.request(from: object, id: origin.id[...])
            {
                return request
            }
        }
        return nil
    }

    private func write(
        _ request: [UInt8]?,
        id: [UInt8],
        _ origin: RetryOrigin,
        of batch: MessageBatch,
        _ output: Output,
        _ report: inout RetryReport
    ) throws {
        if let request {
            if let part = try output.writer.append(request, id: id, origin: origin) {
                return output.recorder.append(origin, of: batch, part: part)
            }
            report.tooLarge += 1
        } else {
            report.notFound += 1
        }
        try output.writer.appendNotFound(origin)
    }
}

extension Manifest {
    /// The model of all succeeded results of the batch, if there is only one.
    fileprivate var onlyModel: String? {
        guard let rows = summary(ModelSummary.self)?.models.rows, rows.count == 1 else { return nil }
        return rows[0].key.text
    }
}
