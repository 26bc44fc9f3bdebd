import BatchAnalytics
import BatchArchive
import BatchPipeline
import BatchReports
import BlockGzip
import Foundation
import MessageBatches
import Prices
import Tables

/// The one way figures are read: the batches of a selection in one archive, or in all archives of a folder.
struct FigureSource: Sendable {
    /// The folder the user named.
    let path: String
    private let archives: [ArchiveFolders.Entry]
    var selection: ArchiveSelection

    /// The archive at a path, or all that lie there as `workspace=NAME`.
    init(path: String, selection: ArchiveSelection) {
        self.path = path
        self.selection = selection
        archives = ArchiveFolders.entries(at: path)
    }

    /// One archive.
    init(_ folder: ArchiveFolder, selection: ArchiveSelection) {
        path = folder.root
        self.selection = selection
        archives = [ArchiveFolders.Entry(source: nil, folder: folder)]
    }

    /// What was read, and what it lacks.
    struct Reading<Result: Sendable>: Sendable {
        var result: Result
        var notice = ReadingNotice()
    }

    /// Adds up batches from their manifests; only summaries of the given kinds are read.
    ///
    /// `add` and `merge` must not depend on the order of the batches.
    func fold<Result: Sendable>(
        _ kinds: [any Summary.Type],
        into empty: Result,
        _ add: @escaping @Sendable (inout Result, RollUpEntry) -> Void,
        merge: (inout Result, Result) -> Void
    ) async throws -> Reading<Result> {
        var whole = Reading(result: empty)
        for archive in archives {
            let reader = try ArchiveReader(archive.folder)
            let (part, unreadable) = try await reader.fold(kinds, of: selection, into: Reading(result: empty)) {
                reading,
                batch in
                reading.notice.count(batch)
                add(&reading.result, RollUpEntry(batch, source: archive.source))
            } merge: { left, right in
                merge(&left.result, right.result)
                left.notice.merge(right.notice)
            }
            merge(&whole.result, part.result)
            whole.notice.merge(part.notice)
            whole.notice.unreadable += unreadable
        }
        return whole
    }

    /// A roll-up from summaries, or from the result lines themselves; `columns` where not all are wanted.
    func rollUp(
        by grouping: Grouping,
        pricer: Pricer,
        isScan: Bool = false,
        columns: [String]? = nil
    ) async throws -> Reading<RollUp> {
        let empty = RollUp(by: grouping, pricer: pricer, isScan: isScan, columns: columns)
        guard !isScan else { return try await scan(into: empty) }
        return try await fold(RollUp.kinds(for: grouping), into: empty) {
            $0.add($1)
        } merge: {
            $0.merge($1)
        }
    }

    /// A roll-up from the result lines, which reads all data of the batches.
    private func scan(into empty: RollUp) async throws -> Reading<RollUp> {
        let (grouping, pricer) = (empty.grouping, empty.pricer)
        var whole = Reading(result: empty)
        for archive in archives {
            let reader = try ArchiveReader(archive.folder)
            let listing = try await reader.manifests(of: selection)
            let manifests = listing.manifests
            whole.notice.unreadable += listing.unreadable
            whole.notice.batches += manifests.count
            var scans = manifests.map { BatchScan(by: grouping, pricer: pricer, day: $0.batch.day) }
            let places = Dictionary(uniqueKeysWithValues: manifests.enumerated().map { ($1.batch.id, $0) })
            let scan = ArchiveScan(
                archive.folder,
                codec: try CodecChoice.auto.codec(),
                inFlight: ProcessInfo.processInfo.activeProcessorCount * 2,
                isOrdered: false
            )
            try await scan.run(manifests) { block, manifest in
                var scan = BatchScan(by: grouping, pricer: pricer, day: manifest.batch.day)
                scan.fold(ResultDecoder.decode(block))
                return (manifest.batch.id, scan)
            } take: { (id: String, scan: BatchScan) in
                if let place = places[id] { scans[place].merge(scan) }
                return true
            } damaged: { failure, _ in
                whole.notice.unreadable.append(failure)
            }
            for (manifest, scan) in zip(manifests, scans) {
                whole.result.add(scan, of: RollUpEntry(manifest, source: archive.source))
            }
        }
        return whole
    }
}

extension FigureSource {
    /// How much of the selection the archives hold, as far as they tell by themselves.
    ///
    /// What was never downloaded they do not know.
    func completeness(archived: Int) throws(ArchiveFailure) -> Completeness {
        var completeness = Completeness(listed: archived, archived: archived)
        for archive in archives {
            let reader = try ArchiveReader(archive.folder)
            let failed = try reader.quarantined().manifests.filter { selection.contains($0.batch) }
            let broken = try reader.parked().filter { selection.contains($0.batch) }
            completeness.quarantined += failed.count
            completeness.pending += broken.count
            completeness.listed += failed.count + broken.count
        }
        return completeness
    }
}

extension RollUpEntry {
    /// A batch with its summaries; `source` is the name its archive has among several.
    init(_ batch: SummarizedBatch, source: String?) {
        self.init(
            batchID: batch.batch.id,
            createdAt: batch.batch.createdAt,
            endedAt: batch.batch.endedAt,
            workspace: source ?? batch.workspaceID,
            summaries: batch.summaries
        )
    }

    /// A batch whose lines are read instead of its summaries.
    fileprivate init(_ manifest: Manifest, source: String?) {
        self.init(
            batchID: manifest.batch.id,
            createdAt: manifest.batch.createdAt,
            endedAt: manifest.batch.endedAt,
            workspace: source ?? manifest.source.workspaceID
        )
    }
}
