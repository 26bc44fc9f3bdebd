package import BatchPipeline
import BlockGzip
import JSONLines
import MessageBatches

/// How failed requests are gathered.
package struct RetrySettings: Sendable {
    package var selection: FailureSelection
    package var edit: RequestEdit
    package var form: RetryForm
    /// Where the files go; nil for counting only.
    package var output: ArchiveFolder?
    package var plan: PartPlan

    package init(
        selection: FailureSelection,
        edit: RequestEdit = RequestEdit(),
        form: RetryForm = .body,
        output: ArchiveFolder?,
        plan: PartPlan = PartPlan()
    ) {
        self.selection = selection
        self.edit = edit
        self.form = form
        self.output = output
        self.plan = plan
    }
}

/// What a run gathered.
package struct RetryReport: Sendable {
    /// Results chosen, by reason.
    package var reasons: [String: Int] = [:]
    /// The batches with any, and how many.
    package var batches: [(manifest: Manifest, chosen: Int)] = []
    /// Chosen results whose request no source holds.
    package var notFound = 0
    /// Requests larger than a body may be.
    package var tooLarge = 0
    package var parts: [RetryPart] = []
    /// What was found in each source.
    package var sources: [JoinSourceFindings] = []

    package init() {}

    package var chosen: Int { reasons.values.reduce(0, +) }
}

/// Gathers the requests of results that failed, from the sources they were submitted from, into files to submit again.
///
/// Reads the archive only.
package struct RetryRun: Sendable {
    let folder: ArchiveFolder
    let settings: RetrySettings

    package init(in folder: ArchiveFolder, settings: RetrySettings) {
        self.folder = folder
        self.settings = settings
    }

    /// Goes through the batches of some manifests, in their order.
    ///
    /// - Throws: ``JoinFailure``, ``ArchiveFailure``, or `CancellationError`; then there are no files.
    package func run(_ manifests: [Manifest], with sources: PreparedJoin) async throws -> RetryReport {
        var report = RetryReport()
        let wide = sources.wide.all.map(\.indexed)
        report.sources = wide.map(\.findings)
        try Self.checkRequests(wide)
        let writer = try settings.output.map {
            try RetryWriter(in: $0, form: settings.form, plan: settings.plan)
        }
        do {
            for manifest in manifests where settings.selection.mayConcern(manifest.found) {
                let sides = try sources.wide.sides(with: manifest.batch.id, sources.settings)
                let indexed = sides.flatMap(\.sources).map(\.indexed)
                try Self.checkRequests(indexed)
                report.sources += sides.flatMap(\.sources).filter { !$0.isWide }.map(\.indexed.findings)
                let before = report.chosen
                try take(manifest, indexed, codec: sources.settings.codec, writer, &report)
                if report.chosen > before { report.batches.append((manifest, report.chosen - before)) }
            }
            report.parts = try writer?.finish() ?? []
        } catch {
            writer?.discard()
            throw error
        }
        return report
    }

    private static func checkRequests(_ sources: [IndexedSource]) throws(JoinFailure) {
        for source in sources where !source.holdsRequests {
            throw JoinFailure(.noRequests, path: source.place.path)
        }
    }

    private func take(
        _ manifest: Manifest,
        _ sources: [IndexedSource],
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
        _ sources: [IndexedSource],
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
                case .json(let object)? = try source.partner(of: key)?.content,
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
