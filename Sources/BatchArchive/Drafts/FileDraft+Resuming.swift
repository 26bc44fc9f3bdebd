package import BatchPipeline
package import JSONLines

/// Going on with a download that broke off, in this run or one before.
extension FileDraft {
    /// The next block of those an earlier run wrote, or nil behind the last that is whole.
    ///
    /// Its members are checked and counted, so that digests, offsets and the manifest come out as if there had been no break.
    /// Whoever reopened a draft takes these blocks first, decodes them to rebuild what it keeps beside the files, and goes on
    /// behind the last one with ``append(_:)``.
    package func nextDurableBlock() throws -> LineBlock? {
        guard let record = unread.first, let block = try durableBlock(record) else {
            try cutOffUnread()
            return nil
        }
        unread.removeFirst()
        journal.blocks.append(record)
        return block
    }

    package func durableBytes() -> Int {
        journal.receivedBytes + unread.reduce(0) { $0 + $1.bytes }
    }

    package nonisolated func newDigest() -> any ByteDigest {
        ContentDigest()
    }

    /// Checks the members of a block; nil if one is damaged, incomplete, or not what the journal says.
    private func durableBlock(_ record: DraftJournal.Block) throws(ArchiveFailure) -> LineBlock? {
        let codec = settings.codec
        guard let member = try raw.storedMember(to: record.rawEnd, codec: codec) else { return nil }
        guard let block = lineBlock(member.content, record) else { return nil }
        if record.rows > 0 {
            guard
                let rows = try flat.storedMember(to: record.flatEnd, codec: codec),
                rows.content.count(where: { $0 == 0x0A }) == record.rows
            else { return nil }
            flat.accept(rows, lineCount: record.rows)
        }
        raw.accept(member, lineCount: record.lines)
        return block
    }

    /// The content of a member as the block it was; nil if it is not exactly one.
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

    /// Notes a block that was written, unless it ends its stream: a stream cut there would go on in the middle of a block, and
    /// the files would come out with other members than those of an unbroken run.
    func note(_ sealed: SealedBlock) throws(ArchiveFailure) {
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

    /// Gives up the blocks of an earlier run that were not handed out: what comes next stands in their place.
    func cutOffUnread() throws(ArchiveFailure) {
        guard isReopened else { return }
        isReopened = false
        unread = []
        try raw.cutOffTheRest()
        try flat.cutOffTheRest()
        if journal.blocks.isEmpty {
            try folder.remove(paths.journal)
        } else {
            try writeJournal()
        }
    }

    /// Writes the journal as it is now, in one step.
    private func writeJournal() throws(ArchiveFailure) {
        let text = journal.headerLine + journal.blocks.flatMap(\.line)
        // No sync: a journal is not trusted, its blocks are checked.
        try folder.replace(paths.journal, with: text, draft: paths.newJournal, syncing: .nothing)
        journalFile = try folder.open(paths.journal, .extending)
    }
}
