package import BatchArchive
import BatchPipeline
import BlockGzip
import JSONLines
import MessageBatches

/// The settings of a retry run.
package struct RetrySettings: Sendable {
    package var selection: FailureSelection
    package var edit: RequestEdit
    package var form: RetryForm
    /// The folder for the files; nil if the run only counts.
    package var output: ArchiveFolder?
    package var splitter: RequestFileSplitter

    package init(
        selection: FailureSelection,
        edit: RequestEdit = RequestEdit(),
        form: RetryForm = .body,
        output: ArchiveFolder?,
        splitter: RequestFileSplitter = RequestFileSplitter()
    ) {
        self.selection = selection
        self.edit = edit
        self.form = form
        self.output = output
        self.splitter = splitter
    }
}

/// Collects the requests of failed results from their sources, and writes files to submit again.
///
/// The archive is only read.
package struct RetryRun: Sendable {
    let folder: ArchiveFolder
    let settings: RetrySettings

    package init(in folder: ArchiveFolder, settings: RetrySettings) {
        self.folder = folder
        self.settings = settings
    }

    /// Processes the batches of the manifests, in order.
    ///
    /// - Throws: ``JoinFailure``, ``ArchiveFailure``, or `CancellationError`. In that case no files remain.
    package func run(_ manifests: [Manifest], with sources: PreparedJoin) async throws -> RetryReport {
        var report = RetryReport()
        report.sources = sources.sharedSources.map(\.findings)
        try Self.checkRequests(sources.sharedSources)
        let writer = try settings.output.map {
            try RetryWriter(in: $0, form: settings.form, splitter: settings.splitter)
        }
        do {
            for manifest in manifests where settings.selection.mayContainSelected(manifest.found) {
                let batchSources = try sources.relations(ofBatch: manifest.batch.id).flatMap(\.sources)
                try Self.checkRequests(batchSources)
                report.sources += batchSources.filter { !$0.isForAllBatches }.map(\.findings)
                let before = report.selected
                try collect(manifest, batchSources, codec: sources.settings.codec, writer, &report)
                if report.selected > before { report.batches.append((manifest, report.selected - before)) }
            }
            report.parts = try writer?.finish() ?? []
        } catch {
            writer?.discard()
            throw error
        }
        return report
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
        _ writer: RetryWriter?,
        _ report: inout RetryReport
    ) throws {
        guard let entry = manifest.files[.raw] else { return }
        let reader = try MemberReader(entry, in: folder, codec: codec)
        for number in reader.members.indices {
            try Task.checkCancellation()
            guard let block = try reader.block(ofMember: number) else { continue }
            let decoded = ResultDecoder.decode(block)
            for record in decoded.records {
                guard let reason = settings.selection.reason(of: record, in: decoded) else { continue }
                report.reasons[reason, default: 0] += 1
                guard let writer else { continue }
                try write(record, of: decoded, in: manifest.batch.id, reason, sources, writer, &report)
            }
        }
    }

    private func write(
        _ record: ResultRecord,
        of block: DecodedBlock,
        in batchID: String,
        _ reason: String,
        _ sources: [JoinSource],
        _ writer: RetryWriter,
        _ report: inout RetryReport
    ) throws {
        let token = block.block.bytes[record.customID.range]
        let id = JSONString.keyBytes(token, isEscaped: record.customID.isEscaped)
        let quoted = [UInt8(ascii: "\"")] + token + [UInt8(ascii: "\"")]
        let origin = RetryOrigin(batchID: batchID, id: quoted, reason: reason)
        for source in sources {
            let key = JoinKey(id: id, batch: source.hasBatch ? Array(batchID.utf8) : nil)
            guard
                case .json(let object)? = try source.match(of: key)?.content,
                let request = settings.edit.request(from: object, id: quoted[...])
            else { continue }
            if try !writer.append(request, id: id, origin: origin) {
                report.tooLarge += 1
                try writer.appendNotFound(origin)
            }
            return
        }
        report.notFound += 1
        try writer.appendNotFound(origin)
    }
}
