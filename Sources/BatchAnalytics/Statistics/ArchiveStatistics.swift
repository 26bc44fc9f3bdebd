package import BatchArchive
package import BatchPipeline
import BlockGzip
import FoundationEssentials
import MessageBatches
import Tables

/// Reads statistics of selected batches, in one archive or in all archives of a folder.
///
/// Every command that reports counts, tokens or costs of archived batches uses this type.
package struct ArchiveStatistics: Sendable {
    /// The folder the user named.
    package let path: String
    package let archives: [ArchiveFolders.Entry]
    package var selection: ArchiveSelection

    /// Opens the archive at a path, or all archives in it that are named `workspace=NAME`.
    package init(path: String, selection: ArchiveSelection) {
        self.path = path
        self.selection = selection
        archives = ArchiveFolders.entries(at: path)
    }

    /// Uses a single archive.
    package init(_ folder: ArchiveFolder, selection: ArchiveSelection) {
        path = folder.root
        self.selection = selection
        archives = [ArchiveFolders.Entry(source: nil, folder: folder)]
    }

    /// A result, and a notice about batches that it does not include fully.
    package struct Reading<Result: Sendable>: Sendable {
        package var result: Result
        package var notice: ReadingNotice

        package init(_ result: Result, _ notice: ReadingNotice = ReadingNotice()) {
            self.result = result
            self.notice = notice
        }
    }

    /// Adds up batches from their manifests; only summaries of the given kinds are read.
    ///
    /// The result of `add` and `merge` must not depend on the order of the batches.
    package func fold<Result: Sendable>(
        _ kinds: [any Summary.Type],
        into empty: Result,
        _ add: @escaping @Sendable (inout Result, SummarizedBatch) -> Void,
        merge: (inout Result, Result) -> Void
    ) async throws -> Reading<Result> {
        var whole = Reading(empty)
        for archive in archives {
            let reader = try ArchiveReader(archive.folder)
            let (part, unreadable) = try await reader.fold(kinds, of: selection, into: Reading(empty)) {
                reading,
                batch in
                var batch = batch
                if let source = archive.source { batch.workspace = source }
                reading.notice.count(batch)
                add(&reading.result, batch)
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

    /// Creates a roll-up from summaries, or from result lines if `isScan` is true.
    ///
    /// `columns` are the columns to compute, nil for all.
    package func rollUp(
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

    /// Creates a roll-up from the result lines, which reads all data of the batches.
    private func scan(into empty: RollUp) async throws -> Reading<RollUp> {
        let (grouping, pricer) = (empty.grouping, empty.pricer)
        var whole = Reading(empty)
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
            } consume: { (id: String, scan: BatchScan) in
                if let place = places[id] { scans[place].merge(scan) }
                return true
            } damaged: { failure, _ in
                whole.notice.unreadable.append(failure)
            }
            for (manifest, scan) in zip(manifests, scans) {
                let workspace = archive.source ?? manifest.source.workspaceID
                whole.result.add(scan, of: manifest.batch, workspace: workspace)
            }
        }
        return whole
    }
}

/// Counts the batches that statistics include only in part or not at all.
package struct ReadingNotice: Sendable {
    package var batches = 0
    /// Batches whose summaries were made by an older version of this program.
    package var outdated = 0
    /// Batches without a summary that the statistics need.
    package var incomplete = 0
    /// Batches that could not be read and are missing from all counts.
    package var unreadable: [ArchiveFailure] = []

    package init() {}

    mutating func count(_ batch: SummarizedBatch) {
        batches += 1
        outdated += batch.derivations["summaries"].map { $0 < SummaryRegistry.version } ?? true ? 1 : 0
        incomplete += batch.missing.isEmpty ? 0 : 1
    }

    package mutating func merge(_ other: ReadingNotice) {
        batches += other.batches
        outdated += other.outdated
        incomplete += other.incomplete
        unreadable += other.unreadable
    }

    /// The notice as sentences for the notes of a table.
    package var sentences: [String] {
        var sentences: [String] = []
        if outdated > 0 {
            sentences.append("\(outdated.counted("batch has", "batches have")) summaries of an older version.")
        }
        if incomplete > 0 {
            sentences.append("\(incomplete.counted("batch lacks", "batches lack")) summaries and counts in part only.")
        }
        return sentences
    }
}
