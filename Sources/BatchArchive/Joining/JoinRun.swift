import BatchPipeline
import MessageBatches

/// The sources for a whole run, opened and indexed: what is wrong with them is known before any other work.
package struct PreparedJoin {
    let settings: JoinSettings
    let wide: WideSources

    /// - Throws: ``JoinFailure`` for a source that is not there or cannot be read.
    package init(_ settings: JoinSettings) throws {
        self.settings = settings
        wide = try WideSources(settings)
    }
}

/// Joins archived batches with sources, and publishes what comes of it as a new revision of each manifest.
///
/// Needs the archive's lock. Raw files are read, never written; a batch is joined again by joining it again. Order of the
/// rows is the order of the results.
///
/// Where every source belongs to one batch by its path, a batch is published as soon as it is joined. A source for the
/// whole run knows only at the end which of its rows have no result; then all batches are published together.
package struct JoinRun: Sendable {
    let folder: ArchiveFolder

    package init(in folder: ArchiveFolder) {
        self.folder = folder
    }

    /// Joins the batches of some manifests, in their order.
    ///
    /// - Throws: ``JoinFailure``, ``ArchiveFailure``, or `CancellationError`; what was published stays.
    package func run(_ manifests: [Manifest], with prepared: PreparedJoin) async throws -> JoinReport {
        var report = JoinReport()
        let settings = prepared.settings
        let codec = try CodecRecord(of: settings.codec)
        let publisher = Publisher(in: folder)
        let wide = prepared.wide
        for source in wide.all { report.add(source.indexed.findings, to: source.sideName) }
        var held: [JoinDraft] = []
        do {
            for manifest in manifests {
                guard let draft = try await join(manifest, prepared, &report) else { continue }
                held.append(draft)
                if wide.all.isEmpty { try await publish(held.removeFirst(), settings, codec, publisher, &report) }
            }
            try wide.writeOrphans(to: held, settings)
            for draft in held { try await publish(draft, settings, codec, publisher, &report) }
        } catch {
            // The first error is the one to tell; what stays behind is removed by the next run.
            for draft in held { try? draft.discard() }
            throw error
        }
        return report
    }

    private func join(
        _ manifest: Manifest,
        _ prepared: PreparedJoin,
        _ report: inout JoinReport
    ) async throws -> JoinDraft? {
        let settings = prepared.settings
        let sides = try prepared.wide.sides(with: manifest.batch.id, settings)
        guard !sides.isEmpty else {
            report.withoutSource.append(manifest.batch.id)
            return nil
        }
        let draft = try JoinDraft(manifest, in: folder, codec: settings.codec)
        draft.sides = sides.map { JoinReport.Side(name: $0.name) }
        do {
            let work = BatchJoin(sides: sides, manifest: manifest, folder: folder, settings: settings)
            try await work.run(into: draft)
            for source in sides.flatMap(\.sources) { try source.indexed.content.checkUnchanged() }
        } catch {
            try? draft.discard()
            throw error
        }
        for (index, side) in sides.enumerated() {
            for source in side.sources {
                draft.sides[index].duplicateKeys += source.indexed.findings.duplicateKeys
                draft.sides[index].skippedRows += source.indexed.findings.skippedRows
                if !source.isWide { report.add(source.indexed.findings, to: side.name) }
            }
        }
        report.sharedKeys += sides.flatMap(\.sources).reduce(0) { $0 + $1.takeSharedKeys() }
        return draft
    }

    private func publish(
        _ draft: JoinDraft,
        _ settings: JoinSettings,
        _ codec: CodecRecord,
        _ publisher: Publisher,
        _ report: inout JoinReport
    ) async throws {
        let record = JoinRecord(kind: settings.kind, form: settings.form, sides: draft.sides)
        if let publication = try draft.publication(record, codec: codec) {
            try await publisher.publish(publication)
            try draft.removeOutdated()
            report.storedBytes += draft.storedBytes
        } else {
            report.unchanged += 1
        }
        report.batches += 1
        report.rows += draft.rowCount
        for side in draft.sides { report.add(side.tally, to: side.name) }
    }
}
