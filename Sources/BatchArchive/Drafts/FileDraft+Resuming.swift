package import BatchPipeline
package import JSONLines
import MessageBatches

/// Resuming a download that was interrupted in this or an earlier run.
extension FileDraft {
    /// Returns the next block that an earlier run wrote, or nil after the last complete one.
    ///
    /// The members of the block are checked and counted, so that digests, offsets and the manifest are the same as
    /// without an interruption. After reopening a draft, read all these blocks, decode them to rebuild the state
    /// outside of the files, and then continue with ``append(_:)``.
    package func nextDurableBlock() throws -> LineBlock? {
        guard let record = unread.first, let block = try storedBlock(record) else {
            try discardUnreadBlocks()
            return nil
        }
        unread.removeFirst()
        journal.blocks.append(record)
        return block
    }

    package func durableBytes() -> Int {
        unread.reduce(journal.receivedBytes) { $0.addingClamped($1.bytes) }
    }

    package nonisolated func newDigest() -> any ByteDigest {
        ContentDigest()
    }

    /// Reads and checks the members of a block; nil if one is damaged, incomplete, or different from the journal.
    private func storedBlock(_ record: DraftJournal.Block) throws(ArchiveFailure) -> LineBlock? {
        let codec = settings.codec
        guard let member = try raw.storedMember(to: record.rawEnd, codec: codec) else { return nil }
        guard let block = lineBlock(member.content, record) else { return nil }
        if record.rows > 0 {
            guard
                let rows = try flat.storedMember(to: record.flatEnd, codec: codec),
                rows.content.lineEndCount == record.rows
            else { return nil }
            flat.accept(rows, lineCount: record.rows)
        }
        raw.accept(member, lineCount: record.lines)
        return block
    }

    /// Returns the block that a member contains; nil if the content is not exactly one block.
    private func lineBlock(_ content: [UInt8], _ record: DraftJournal.Block) -> LineBlock? {
        var splitter = LineSplitter(
            blockSize: settings.blockSize,
            maxLineBytes: .max,
            sequence: journal.blocks.count,
            firstLine: journal.blocks.reduce(1) { $0 + $1.lines },
            byteOffset: journal.receivedBytes
        )
        guard
            content.count == record.bytes,
            let blocks = try? splitter.append(content), blocks.count == 1, let block = blocks.first,
            block.bytes.count == record.bytes, block.lineEnds.count == record.lines
        else { return nil }
        return block
    }

    /// Records a written block in the journal, unless it is the last one of its stream.
    ///
    /// If a stream was cut there, resuming it would start in the middle of a block. The members would then differ from
    /// those of an uninterrupted download.
    func recordInJournal(_ sealed: SealedBlock) throws(ArchiveFailure) {
        guard sealed.block.bytes.count >= settings.blockSize, !sealed.block.endsUnterminated else { return }
        let record = DraftJournal.Block(
            rawEnd: raw.storedBytes,
            flatEnd: flat.storedBytes,
            lines: sealed.block.lineEnds.count,
            rows: sealed.flatMember.isEmpty ? 0 : sealed.rowCount,
            bytes: sealed.block.bytes.count
        )
        if journalFile == nil { try writeJournal() }
        try journalFile?.write(record.line.span)
        journal.blocks.append(record)
    }

    /// Discards the blocks of an earlier run that have not been read; the next block replaces them.
    func discardUnreadBlocks() throws(ArchiveFailure) {
        guard isReopened else { return }
        isReopened = false
        unread = []
        try raw.truncateUncounted()
        try flat.truncateUncounted()
        if journal.blocks.isEmpty {
            try folder.remove(paths.journal)
        } else {
            try writeJournal()
        }
    }

    /// Replaces the journal file with the current journal.
    private func writeJournal() throws(ArchiveFailure) {
        let text = journal.headerLine + journal.blocks.flatMap(\.line)
        // No sync is needed: a journal is not trusted, its blocks are checked.
        try folder.replace(paths.journal, with: text, draft: paths.newJournal, syncing: .nothing)
        journalFile = try folder.open(paths.journal, .extending)
    }
}
