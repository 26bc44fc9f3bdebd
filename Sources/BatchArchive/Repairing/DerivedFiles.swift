import BatchPipeline
import BlockGzip
import JSONLines
import MessageBatches
import Prices

/// Rebuilds the flat rows, the summaries and the manifest of archived batches from their raw files.
///
/// The raw file is read and compared with its manifest, but not written. The new files replace the old ones atomically,
/// and an interruption at any moment leaves a valid batch.
struct DerivedFiles: Sendable {
    private let folder: ArchiveFolder
    private let settings: ArchiveSettings
    private let summaries: SummarySet
    private let replacesPrices: Bool
    private let publisher: Publisher

    /// - Parameters:
    ///   - folder: The archive.
    ///   - settings: What new rows and their prices are made with.
    ///   - summaries: The empty summaries of all kinds.
    ///   - replacesPrices: Whether the prices of the settings replace those that a manifest records.
    init(in folder: ArchiveFolder, settings: ArchiveSettings, summaries: SummarySet, replacesPrices: Bool) {
        self.folder = folder
        self.settings = settings
        self.summaries = summaries
        self.replacesPrices = replacesPrices
        publisher = Publisher(in: folder)
    }

    /// Rebuilds the derived files of one batch; needs the archive's lock.
    ///
    /// Joined files with flat rows become outdated with them, so they are removed; the next export with a join makes
    /// them again.
    ///
    /// - Throws: ``ArchiveFailure``, also if the raw file is not the one that the manifest describes.
    func rebuild(_ old: Manifest) async throws {
        let (publication, removed) = try await publication(replacing: old)
        try await publisher.publish(publication)
        for path in removed { try folder.remove(path) }
    }

    /// Writes the new files to `_partial`, and returns what is needed to publish them and the files to remove then.
    func publication(replacing old: Manifest) async throws -> (Publication, removed: [String]) {
        let paths = try ArchivePaths(of: old.batch)
        try folder.makeFolder(ArchivePaths.partial)
        for path in [paths.draftManifest, paths.draft(.results)] { try folder.remove(path) }
        let codec = settings.codec
        let keepsPrices = !replacesPrices && old.prices != nil && old.isDerived(by: settings.derivations)
        let pricing = old.pricing(by: keepsPrices ? nil : settings.prices)
        var flat = DataFileWriter(.results, at: paths.draft(.results), in: folder)
        let derived: RawDerivation
        do {
            derived = try await RawDerivation(summaries: summaries)
                .reading(old, by: pricing, in: folder, codec: codec) { rows in
                    guard !rows.isEmpty else { return }
                    let member = try Self.member(rows, codec, path: folder.path(paths.draft(.results)))
                    try flat.append(member, content: rows, lineCount: rows.lineEndCount)
                }
            try check(derived, old, path: folder.path(paths.manifest))
        } catch {
            flat.close()
            try? folder.remove(paths.draft(.results))
            throw error
        }
        flat.close()
        var new = old
        new.files[.results] = flat.description(at: paths.data(.results), codec: try CodecRecord(of: codec))
        new.derivations.merge(settings.derivations) { $1 }
        new.prices = derived.usedPrices.sorted().map { pricing.table.rows[$0] }
        new.summaries.merge(Manifest.text(of: derived.summaries)) { $1 }
        new.toolVersion = settings.toolVersion
        new.revision += 1
        let removesJoin = old.hasFlatJoin
        if removesJoin { new.removeJoin() }
        let move = Publication.Move(from: paths.draft(.results), to: paths.data(.results))
        let publication = Publication(
            moves: new.files[.results] == nil ? [] : [move],
            document: Publication.Move(from: paths.draftManifest, to: paths.manifest),
            text: new.json
        )
        return (publication, removed: removesJoin ? DataKind.ofJoin.map { paths.data($0) } : [])
    }

    /// Checks that the raw file is the one that a manifest describes, and that it is complete.
    private func check(_ derived: RawDerivation, _ old: Manifest, path: String) throws(ArchiveFailure) {
        var found = old
        derived.replaceFacts(in: &found)
        let fault = CompletenessGate.verdict(on: derived.tally, of: old.batch.counts).faults.first?.sentence
        if let reason = found == old ? fault : "it does not match the raw file" {
            throw ArchiveFailure(.mismatch(reason), .read, path: path)
        }
    }

    private static func member(
        _ rows: [UInt8],
        _ codec: any MemberCodec,
        path: String
    ) throws(ArchiveFailure) -> [UInt8] {
        do throws(GzipFailure) {
            return try codec.member(holding: rows.span)
        } catch {
            throw ArchiveFailure(.gzip(error), .compress, path: path)
        }
    }
}

extension Manifest {
    /// The outcome of a repair that cannot use this manifest.
    func notRebuilt(_ reason: String) -> ArchiveRepair.Outcome {
        let path = ArchivePaths.manifest(of: batch.id, on: batch.day)
        return .notRebuilt(ArchiveFailure(.manifest(reason), .read, path: path))
    }
}
