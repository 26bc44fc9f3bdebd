package import BatchArchive
package import BatchPipeline
import BlockGzip
import FoundationEssentials
import MessageBatches
package import Prices
import Tables

/// Reads statistics of selected batches, in one archive or in all archives of a folder.
///
/// Every command that reports counts, tokens or costs of archived batches uses this type.
package struct ArchiveStatistics: Sendable {
    /// The folder the user named.
    package let path: String
    package let archives: [ArchiveFolders.Entry]
    package var selection: ArchiveSelection
    /// The prices to compute costs with; nil for the prices that the manifests record.
    ///
    /// Other prices need the result lines, because summaries contain costs.
    package var prices: PriceTable?
    /// What makes an answer usable in addition; a value needs the result lines.
    package var expectation: AnswerExpectation?

    /// The table to compare the recorded prices with.
    package var currentPrices = PriceTable.builtIn

    /// Opens the archive at a path, or all archives in it that are named `workspace=NAME`.
    ///
    /// - Throws: ``ArchiveFailure`` if the path is not an archive.
    package init(path: String, selection: ArchiveSelection, prices: PriceTable? = nil) throws(ArchiveFailure) {
        self.path = path
        self.selection = selection
        self.prices = prices
        archives = try ArchiveFolders.entries(at: path)
    }

    /// Uses a single archive.
    package init(_ folder: ArchiveFolder, selection: ArchiveSelection, prices: PriceTable? = nil) {
        path = folder.root
        self.selection = selection
        self.prices = prices
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

    /// Adds up batches from their manifests, or from their lines if other prices or answers in JSON are requested; only
    /// summaries of the given kinds are read.
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
            if prices != nil || expectation != nil {
                try await addScanned(kinds, in: archive, reader, to: &whole, add)
                continue
            }
            let (part, unreadable) = try await reader.fold(kinds, of: selection, into: Reading(empty)) {
                [currentPrices]
                reading,
                batch in
                var batch = batch
                if let source = archive.source { batch.workspace = source }
                reading.notice.count(batch, currentPrices: currentPrices)
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
    /// `columns` are the columns to compute, nil for all; `ranking` sorts and limits the rows.
    package func rollUp(
        by grouping: Grouping,
        isScan: Bool = false,
        columns: [String]? = nil,
        ranking: RowRanking? = nil
    ) async throws -> Reading<RollUp> {
        let expectsJSON = isScan && expectation == .json
        let empty = RollUp(by: grouping, isScan: isScan, expectsJSON: expectsJSON, columns: columns, ranking: ranking)
        guard !isScan else { return try await scan(into: empty) }
        return try await fold(RollUp.kinds(for: grouping), into: empty) {
            $0.add($1)
        } merge: {
            $0.merge($1)
        }
    }

    /// Creates a roll-up from the result lines, which reads all data of the batches.
    private func scan(into empty: RollUp) async throws -> Reading<RollUp> {
        let grouping = empty.grouping
        var whole = Reading(empty)
        for archive in archives {
            let reader = try ArchiveReader(archive.folder)
            let listing = try await reader.manifests(of: selection)
            whole.notice.unreadable += listing.unreadable
            var manifests: [Manifest] = []
            for manifest in listing.manifests {
                if let failure = manifest.missingResults(prices, expectation) {
                    whole.notice.unreadable.append(failure)
                    continue
                }
                manifests.append(manifest)
                whole.notice.count(
                    SummarizedBatch(manifest, workspace: nil, summaries: SummarySet([])),
                    currentPrices: prices == nil ? currentPrices : nil
                )
            }
            var scans = manifests.map { _ in BatchScan(by: grouping) }
            let places = Dictionary(uniqueKeysWithValues: manifests.enumerated().map { ($1.batch.id, $0) })
            let scan = ArchiveScan(
                archive.folder,
                codec: try CodecChoice.auto.codec(),
                inFlight: ProcessInfo.processInfo.activeProcessorCount * 2,
                isOrdered: false
            )
            try await scan.run(manifests) { [prices, expectation] block, manifest in
                var scan = BatchScan(by: grouping)
                var decoded = ResultDecoder.decode(block)
                decoded.price(by: manifest.pricing(by: prices), of: manifest.batch)
                let answers = expectation?.apply(to: &decoded) ?? []
                scan.fold(decoded, answers: answers)
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

extension ArchiveStatistics {
    /// Adds the batches of an archive with summaries that are computed from their lines, with the requested prices and
    /// the requested answers.
    private func addScanned<Value>(
        _ kinds: [any Summary.Type],
        in archive: ArchiveFolders.Entry,
        _ reader: ArchiveReader,
        to whole: inout Reading<Value>,
        _ add: (inout Value, SummarizedBatch) -> Void
    ) async throws {
        let listing = try await reader.manifests(of: selection)
        whole.notice.unreadable += listing.unreadable
        let codec = try CodecChoice.auto.codec()
        let empty = SummarySet(kinds)
        var rest = listing.manifests[...]
        try await mapConcurrently(limit: ProcessInfo.processInfo.activeProcessorCount) { () async throws in
            rest.popFirst()
        } work: { [prices, expectation] (manifest: Manifest) async throws -> Result<SummarizedBatch, ArchiveFailure> in
            let pricing = manifest.pricing(by: prices)
            do {
                if let failure = manifest.missingResults(prices, expectation) { throw failure }
                let summaries = try manifest.summaries(
                    from: empty,
                    by: pricing,
                    expecting: expectation,
                    in: archive.folder,
                    codec: codec
                )
                return .success(SummarizedBatch(manifest, workspace: archive.source, summaries: summaries))
            } catch let failure as ArchiveFailure {
                return .failure(failure)
            }
        } consume: { (batch: Result<SummarizedBatch, ArchiveFailure>) async throws in
            switch batch {
            case .success(let batch):
                whole.notice.count(batch, currentPrices: prices == nil ? currentPrices : nil)
                add(&whole.result, batch)
            case .failure(let failure): whole.notice.unreadable.append(failure)
            }
            return .proceed
        }
    }
}

extension Manifest {
    /// Computes summaries from the raw file.
    fileprivate func summaries(
        from empty: SummarySet,
        by pricing: RequestPricing,
        expecting expectation: AnswerExpectation?,
        in folder: ArchiveFolder,
        codec: any MemberCodec
    ) throws -> SummarySet {
        var summaries = empty
        guard let raw = files[.raw] else { return summaries }
        let reader = try MemberReader(raw, in: folder, codec: codec)
        for member in reader.members.indices {
            guard let block = try reader.block(ofMember: member) else { continue }
            var decoded = ResultDecoder.decode(block)
            decoded.price(by: pricing, of: batch)
            let answers = expectation?.apply(to: &decoded) ?? []
            summaries.fold(decoded, of: batch)
            if var errors = summaries.summary(ErrorSummary.self) {
                errors.fold(answers, of: decoded, of: batch)
                summaries.replace(errors)
            }
        }
        return summaries
    }
}

/// Counts the batches that statistics include only in part or not at all.
package struct ReadingNotice: Sendable {
    package var batches = 0
    /// Batches whose summaries were made by an older version of this program.
    package var outdated = 0
    /// Batches whose costs the current price table changes.
    var repriced = PriceChanges()
    /// Batches without a summary that the statistics need.
    package var incomplete = 0
    /// Batches that `import --unproven` archived, which may be incomplete.
    package var unproven = 0
    /// Batches that could not be read and are missing from all counts.
    package var unreadable: [ArchiveFailure] = []

    package init() {}

    /// Counts a batch; `currentPrices` is nil if its recorded prices are not used.
    mutating func count(_ batch: SummarizedBatch, currentPrices: PriceTable?) {
        batches += 1
        unproven += batch.isProven ? 0 : 1
        guard Derivations.areCurrent(batch.derivations) else {
            outdated += 1
            return
        }
        incomplete += batch.missing.isEmpty ? 0 : 1
        guard let currentPrices, let rows = batch.prices else { return }
        let tokens = batch.summaries.summary(TokenSummary.self)
        repriced.add(PriceChange.changes(from: rows, tokens, day: batch.batch.day, to: currentPrices))
    }

    package mutating func merge(_ other: ReadingNotice) {
        batches += other.batches
        outdated += other.outdated
        repriced.merge(other.repriced)
        incomplete += other.incomplete
        unproven += other.unproven
        unreadable += other.unreadable
    }

    /// The notice as sentences for the notes of a table.
    package var sentences: [String] {
        var sentences: [String] = []
        if outdated > 0 { sentences.append(Self.sentence(outdated: outdated)) }
        if incomplete > 0 {
            let count = incomplete.counted("batch lacks summaries and is", "batches lack summaries and are")
            sentences.append("\(count) counted only in part.")
        }
        if unproven > 0 { sentences.append(Self.sentence(unproven: unproven)) }
        if repriced.batches > 0 {
            let count = repriced.batches.counted("batch", "batches")
            sentences.append(
                "Today's prices change the cost of \(count) (\(repriced.clause)): run `batchkeep rebuild`."
            )
        }
        return sentences
    }

    /// The sentence about batches that `import --unproven` archived.
    package static func sentence(unproven count: Int) -> String {
        "\(count.counted("batch has", "batches have")) no proof of completeness (`import --unproven`)."
    }

    /// The sentence about batches that an older version archived.
    package static func sentence(outdated count: Int) -> String {
        let batches = count.counted("batch was", "batches were")
        return "\(batches) archived by an older version: run `batchkeep rebuild`."
    }
}
