package import BatchArchive
import BatchPipeline
import BlockGzip
import JSONLines
import MessageBatches

/// Joins archived batches with sources, and publishes the joined files with a new revision of each manifest.
///
/// The caller must hold the archive's lock. Raw files are only read. A new join of a batch replaces its joined files.
/// Joined rows have the order of the results. A batch that has results and no raw file is skipped and keeps its joined
/// files.
///
/// If every source belongs to one batch by its path, a batch is published as soon as it is joined. For a source that
/// covers the whole run, rows without results are known only at the end. In that case all batches are published
/// together.
package struct JoinRun: Sendable {
    let folder: ArchiveFolder

    package init(in folder: ArchiveFolder) {
        self.folder = folder
    }

    /// Joins the batches of the manifests, in order.
    ///
    /// An error that concerns one batch, such as an invalid source of its own or a damaged raw file, is recorded in the
    /// report and does not stop the others. `others` are archived batches outside the run, whose results count only for
    /// the rows without a result.
    ///
    /// - Throws: ``JoinFailure``, ``ArchiveFailure``, or `CancellationError`. Files that are already published stay.
    package func run(
        _ manifests: [Manifest],
        with prepared: PreparedJoin,
        others: [Manifest] = []
    ) async throws -> JoinReport {
        var report = JoinReport()
        report.unmatchedPatterns = prepared.unmatchedPatterns(of: manifests.map(\.batch.id))
        let publisher = Publisher(in: folder)
        let shared = prepared.sharedSources
        for source in shared { report.add(source.findings, to: source.relationName) }
        var held: [JoinDraft] = []
        do {
            for manifest in manifests {
                do {
                    guard let draft = try await join(manifest, prepared, &report) else { continue }
                    held.append(draft)
                    for source in shared { source.endBatch() }
                } catch  where Self.concernsOneBatch(error, shared) {
                    report.failures.append(JoinReport.Failure(batchID: manifest.batch.id, error: error))
                    continue
                }
                if shared.isEmpty { try await publish(held.removeFirst(), prepared.settings, publisher, &report) }
            }
            if !held.isEmpty { try await markOthers(manifests + others, joined: held, prepared, &report) }
            try writeUnmatched(of: prepared, to: held)
            for draft in held { try await publish(draft, prepared.settings, publisher, &report) }
        } catch {
            // Report the first error. The next run removes remaining drafts.
            for draft in held { try? draft.discard() }
            throw error
        }
        return report
    }

    /// Whether an error concerns only the batch that was being joined: its own source, or its archived files.
    private static func concernsOneBatch(_ error: any Error, _ shared: [JoinSource]) -> Bool {
        switch error {
        case let failure as JoinFailure: !shared.contains { $0.path == failure.path }
        case let failure as ArchiveFailure: [.open, .read, .inspect].contains(failure.operation)
        default: false
        }
    }

    /// Joins the listed batches in order, and adds the joined files to the archive's list of digests.
    ///
    /// If `compact` has combined joined files, they are first separated, because the join replaces them. `others` are
    /// archived batches outside the run, whose results count only for the rows without a result.
    package static func run(
        _ listing: ArchiveReader.Listing,
        with prepared: PreparedJoin,
        others: [Manifest] = [],
        in archive: FileArchive
    ) async throws -> JoinReport {
        do {
            let manifests = try await separated(listing.manifests, in: archive)
            let joined = manifests.filter { $0.files[.joined] != nil || $0.files[.unmatched] != nil }
            try RemovalRecord.begin(joined, in: archive.folder)
            var report = try await JoinRun(in: archive.folder).run(manifests, with: prepared, others: others)
            report.unreadable = listing.unreadable
            try await archive.finishRun()
            try RemovalRecord.end(in: archive.folder)
            return report
        } catch {
            // Files published before the error must be in the list of digests. Report the first error.
            try? await archive.finishRun()
            throw error
        }
    }

    private static func separated(
        _ manifests: [Manifest],
        in archive: FileArchive
    ) async throws -> [Manifest] {
        let files = manifests.filter { !$0.lacksRaw }
            .flatMap { [$0.files[.joined], $0.files[.unmatched]].compactMap(\.self) }
        let shared = Set(files.filter { $0.slice != nil }.map(\.path))
        guard !shared.isEmpty else { return manifests }
        let reader = try ArchiveReader(archive.folder)
        let all = try await reader.manifests().manifests
        for path in shared.sorted() { try archive.expand(path, of: all) }
        return try manifests.compactMap { try reader.manifest(of: $0.batch.id, on: $0.batch.day) }
    }

    private func join(
        _ manifest: Manifest,
        _ prepared: PreparedJoin,
        _ report: inout JoinReport
    ) async throws -> JoinDraft? {
        let settings = prepared.settings
        let relations = try prepared.relations(ofBatch: manifest.batch.id)
        guard !relations.isEmpty else {
            report.withoutSource.append(manifest.batch.id)
            return nil
        }
        guard !manifest.lacksRaw else {
            report.withoutRaw.append(manifest.batch.id)
            return nil
        }
        let sources = relations.flatMap(\.sources)
        let draft = try JoinDraft(manifest, in: folder, codec: settings.codec)
        draft.relations = relations.map { JoinReport.Relation(name: $0.name) }
        do {
            let joiner = Joiner(
                kind: settings.kind,
                form: settings.form,
                relations: relations,
                manifest: manifest
            )
            try await join(manifest, joiner, settings, into: draft)
            for source in sources { try source.content.checkUnchanged() }
        } catch {
            try? draft.discard()
            throw error
        }
        for (index, relation) in relations.enumerated() {
            for source in relation.sources {
                draft.relations[index].duplicateKeys += source.findings.duplicateKeys
                draft.relations[index].skippedRows += source.findings.skippedRows
                if !source.isForAllBatches { report.add(source.findings, to: relation.name) }
            }
        }
        report.sharedKeys += sources.reduce(0) { $0 + $1.resetSharedKeys() }
        return draft
    }

    private func publish(
        _ draft: JoinDraft,
        _ settings: JoinSettings,
        _ publisher: Publisher,
        _ report: inout JoinReport
    ) async throws {
        if let publication = try draft.publication(settings) {
            try await publisher.publish(publication)
            try draft.removeOutdated()
            report.storedBytes += draft.storedBytes
        } else {
            report.unchanged += 1
        }
        report.batches += 1
        report.rows += draft.rowCount
        for relation in draft.relations { report.add(relation.tally, to: relation.name) }
    }
}

// MARK: One batch

extension JoinRun {
    /// Joins one batch.
    ///
    /// Several raw members are read, joined and compressed at once, and written in order.
    func join(
        _ manifest: Manifest,
        _ joiner: Joiner,
        _ settings: JoinSettings,
        into draft: JoinDraft
    ) async throws {
        for source in joiner.relations.flatMap(\.sources) { source.beginBatch() }
        if let entry = manifest.files[.raw] {
            let reader = try MemberReader(entry, in: folder, codec: settings.codec)
            var members = reader.members.indices.makeIterator()
            try await mapConcurrently(limit: settings.blocksInFlight) { () async throws in
                try Task.checkCancellation()
                return members.next()
            } work: { [codec = settings.codec] number in
                guard let block = try reader.block(ofMember: number) else { return nil as JoinedMember? }
                return try JoinedMember(of: block, from: 0, joiner, codec)
            } consume: { [codec = settings.codec] first in
                var next = first
                while let member = next {
                    try draft.append(member.joined, member: member.bytes)
                    for (index, relation) in joiner.relations.enumerated() {
                        let matches = zip(relation.sources, member.joined.matches[index])
                        for (source, positions) in matches { source.mark(positions) }
                    }
                    next = try member.joined.rest.map { try JoinedMember(of: member.block, from: $0, joiner, codec) }
                }
                return .proceed
            }
        }
        for (index, relation) in joiner.relations.enumerated() {
            for source in relation.sources where !source.isForAllBatches {
                try source.forEachUnmatched { row, content in
                    try draft.append(row, content, ofRelation: index, relation, joiner)
                }
            }
        }
        try draft.close()
    }

    /// Writes every row without a result to the draft of its batch.
    ///
    /// That is the batch the row names, or the batch to which most rows of its source belong.
    private func writeUnmatched(of prepared: PreparedJoin, to drafts: [JoinDraft]) throws {
        guard !drafts.isEmpty else { return }
        let byID = Dictionary(drafts.enumerated().map { ($0.element.paths.id, $0.offset) }) { first, _ in first }
        var last: (number: Int, joiner: Joiner)?
        for source in prepared.sharedSources {
            let relation = JoinRelation(name: source.relationName, sources: [])
            try source.forEachUnmatched { row, content in
                let named = row.key.batch.map { byID[String(decoding: $0, as: UTF8.self)] }
                // A row of a batch outside this run is not unmatched.
                guard let number = named ?? source.homeBatch else { return }
                let draft = drafts[number]
                if last?.number != number { last = (number, try joiner(of: draft, prepared)) }
                guard
                    let joiner = last?.joiner,
                    let index = draft.relations.firstIndex(where: { $0.name == source.relationName })
                else { return }
                try draft.append(row, content, ofRelation: index, relation, joiner)
            }
        }
    }

    /// The joiner for rows without results.
    ///
    /// It looks up the other relations only if such rows become joined rows.
    private func joiner(of draft: JoinDraft, _ prepared: PreparedJoin) throws -> Joiner {
        let settings = prepared.settings
        let relations = settings.kind == .missing ? try prepared.relations(ofBatch: draft.paths.id) : []
        return Joiner(kind: settings.kind, form: settings.form, relations: relations, manifest: draft.manifest)
    }
}

/// Joined rows of a block, and the gzip member that contains them.
private struct JoinedMember: Sendable {
    var block: LineBlock
    var joined: JoinedBlock
    /// Empty without rows.
    var bytes: [UInt8]

    init(of block: LineBlock, from first: Int, _ joiner: Joiner, _ codec: any MemberCodec) throws {
        let joined = try joiner.join(block, from: first)
        (self.block, self.joined) = (block, joined)
        bytes = joined.rows.isEmpty ? [] : try codec.member(holding: joined.rows.span)
    }
}
