package import BatchPipeline
import BlockGzip
import JSONLines

/// The files of one batch in `_partial`, until they are published, quarantined, kept for resuming, or discarded.
///
/// It is an actor because it owns open files. Only ``seal(_:flatRows:)`` runs outside of the actor, for many blocks at
/// once.
package actor FileDraft: BatchDraft {
    let paths: ArchivePaths
    let settings: ArchiveSettings
    let folder: ArchiveFolder
    private let publisher: Publisher
    var raw: DataFileWriter
    var flat: DataFileWriter
    /// The journal; its blocks are those that the files contain.
    var journal: DraftJournal
    /// Created for the first block that can be resumed; small batches have no journal file.
    var journalFile: OpenFile?
    /// The blocks of an earlier run that have not been read again.
    var unread: ArraySlice<DraftJournal.Block>
    /// Whether the files may contain more than the counted members.
    var isReopened: Bool
    private var scratchRuns = 0

    /// Creates a draft that resumes after the blocks of `journal`; without blocks, it starts from the beginning.
    init(
        _ journal: DraftJournal,
        at paths: ArchivePaths,
        in folder: ArchiveFolder,
        settings: ArchiveSettings,
        publisher: Publisher
    ) {
        self.paths = paths
        self.folder = folder
        self.settings = settings
        self.publisher = publisher
        self.journal = journal
        self.journal.blocks = []
        unread = journal.blocks[...]
        isReopened = !journal.blocks.isEmpty
        raw = DataFileWriter(.raw, at: paths.draft(.raw), in: folder)
        flat = DataFileWriter(.results, at: paths.draft(.results), in: folder)
    }

    package nonisolated func seal(_ block: DecodedBlock, flatRows: [UInt8]) throws -> SealedBlock {
        do throws(GzipFailure) {
            return SealedBlock(
                block: block.block,
                rawMember: try settings.codec.member(holding: block.block.bytes.span),
                flatRows: flatRows,
                flatMember: flatRows.isEmpty ? [] : try settings.codec.member(holding: flatRows.span),
                rowCount: block.records.count
            )
        } catch {
            throw ArchiveFailure(.gzip(error), .compress, path: folder.path(paths.draft(.raw)))
        }
    }

    package func append(_ sealed: SealedBlock) throws {
        try discardUnreadBlocks()
        try raw.append(
            sealed.rawMember,
            content: sealed.block.bytes,
            lineCount: sealed.block.lineEnds.count,
            endsUnterminated: sealed.block.endsUnterminated
        )
        if !sealed.flatMember.isEmpty {
            try flat.append(sealed.flatMember, content: sealed.flatRows, lineCount: sealed.rowCount)
        }
        try recordInJournal(sealed)
    }

    package func receivedDigest() -> String {
        raw.received.hex
    }

    package func rawLines(numbered numbers: Set<Int>) throws -> [Int: [UInt8]] {
        try BatchArchive.rawLines(numbered: numbers, firstLines: raw.members.map(\.firstLine)) { member in
            try content(ofMember: member)
        }
    }

    private func content(ofMember index: Int) throws(ArchiveFailure) -> [UInt8] {
        let member = try raw.member(index)
        do throws(GzipFailure) {
            return try settings.codec.content(of: member.span)
        } catch {
            let failure = error.inMember(index, at: raw.members[index].offset)
            throw ArchiveFailure(.gzip(failure), .read, path: folder.path(raw.path))
        }
    }

    package func writeScratchRun(_ bytes: [UInt8]) throws -> Int {
        try folder.write(bytes.span, to: paths.scratch(scratchRuns))
        scratchRuns += 1
        return scratchRuns - 1
    }

    package func readScratchRun(_ run: Int, from offset: Int, count: Int) throws -> [UInt8] {
        try folder.open(paths.scratch(run)).read(at: offset, count: count)
    }
}

/// Finishing a draft.
extension FileDraft {
    package func publish(_ proof: BatchProof) async throws -> PublishedBatch {
        let publication = try publication(proof)
        try await publisher.publish(publication)
        try removeAuxiliaryFiles()
        try removeQuarantined(except: [])
        try folder.remove(paths.reason)
        return PublishedBatch(
            files: publication.moves.map(\.to) + [paths.manifest],
            storedBytes: raw.storedBytes + flat.storedBytes + (publication.text?.count ?? 0)
        )
    }

    /// Closes the files and returns what is needed to publish them.
    func publication(_ proof: BatchProof) throws -> Publication {
        let files = try finished { paths.data($0) }
        var manifest = Manifest(proof, files: files, settings: settings)
        if let old = settings.replaced { try manifest.copyEntries(from: old, in: folder) }
        return Publication(
            moves: files.keys.sorted().map { Publication.Move(from: paths.draft($0), to: paths.data($0)) },
            document: Publication.Move(from: paths.draftManifest, to: paths.manifest),
            text: manifest.json
        )
    }

    package func quarantine(_ proof: BatchProof, reasons: [String]) async throws {
        let publication = try quarantinePublication(proof, reasons: reasons)
        try await publisher.publish(publication)
        try removeAuxiliaryFiles()
        try removeQuarantined(except: Set(publication.moves.map(\.to)))
    }

    /// Closes the files and returns what is needed to quarantine them.
    func quarantinePublication(_ proof: BatchProof, reasons: [String]) throws -> Publication {
        let files = try finished { paths.quarantined($0) }
        var manifest = Manifest(proof, files: files, settings: settings)
        // An import is not an attempt to download.
        let attempts = try earlierAttempts() + (manifest.source.file == nil ? 1 : 0)
        manifest.quarantine = Manifest.Quarantine(reasons: reasons, attempts: attempts)
        return Publication(
            moves: files.keys.sorted().map { Publication.Move(from: paths.draft($0), to: paths.quarantined($0)) },
            document: Publication.Move(from: paths.draftReason, to: paths.reason),
            text: manifest.json
        )
    }

    package func discard() throws {
        close()
        for kind in DataKind.allCases { try folder.remove(paths.draft(kind)) }
        try removeAuxiliaryFiles()
    }

    /// Keeps what a later ``FileArchive/reopenDraft(of:)`` can resume, and removes the rest.
    package func suspend() throws {
        guard journalFile != nil || isReopened else { return try discard() }
        close()
        try removeScratch()
    }

    /// Closes the files and describes them with their final paths.
    private func finished(at place: (DataKind) -> String) throws -> [DataKind: ArchivedFile] {
        try discardUnreadBlocks()
        close()
        var files: [DataKind: ArchivedFile] = [:]
        files[.raw] = raw.description(at: place(.raw), codec: journal.codec)
        files[.results] = flat.description(at: place(.results), codec: journal.codec)
        return files
    }

    private func close() {
        raw.close()
        flat.close()
        journalFile = nil
    }

    /// Returns how often the batch was quarantined before; an unreadable reason file counts as once.
    private func earlierAttempts() throws(ArchiveFailure) -> Int {
        guard try folder.status(paths.reason) != nil else { return 0 }
        let text = try folder.document(at: paths.reason) ?? []
        return (try? Manifest(json: text, path: paths.reason))?.quarantine?.attempts ?? 1
    }

    private func removeAuxiliaryFiles() throws(ArchiveFailure) {
        try folder.remove(paths.journal)
        try removeScratch()
    }

    private func removeScratch() throws(ArchiveFailure) {
        for run in 0..<scratchRuns { try folder.remove(paths.scratch(run)) }
        scratchRuns = 0
    }

    private func removeQuarantined(except kept: Set<String>) throws(ArchiveFailure) {
        for path in DataKind.allCases.map(paths.quarantined) where !kept.contains(path) { try folder.remove(path) }
    }
}
