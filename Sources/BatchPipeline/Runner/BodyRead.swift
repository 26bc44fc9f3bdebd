import JSONLines
import MessageBatches

/// One read of one results body: split, then decode, flatten, fold and seal block by block in parallel, then append in order.
///
/// At most ``ExportSettings/blocksInFlight`` blocks exist between the splitter and the file, so memory does not grow with the
/// batch, and the body is pulled only as fast as blocks are written.
struct BodyRead {
    let batch: MessageBatch
    let draft: any BatchDraft
    let summaries: SummarySet
    let settings: ExportSettings
    let advanced: @Sendable (_ lines: Int, _ bytes: Int) -> Void

    /// What a whole body came to.
    struct Result {
        var tally = BodyTally()
        var summaries: SummarySet
    }

    /// A block with everything parallel work can do for it.
    private struct FinishedBlock: Sendable {
        var decoded: DecodedBlock
        var sealed: SealedBlock
        var summaries: SummarySet
    }

    /// Reads the body to its end.
    ///
    /// Throws what the body, the splitter or the draft throws. A body may also just end when its task is cancelled; that is
    /// no cut, so cancellation always throws.
    func run(_ body: any AsyncSequence<[UInt8], any Error> & Sendable) async throws -> Result {
        var blocks = BlockReader(body, splitter: LineSplitter(maxLineBytes: settings.maxLineBytes))
        var result = Result(summaries: summaries)
        var uniqueness = UniquenessCheck()
        try await withThrowingTaskGroup(of: FinishedBlock.self) { group in
            var early: [Int: FinishedBlock] = [:]
            var started = 0
            var written = 0
            while true {
                while started - written < settings.blocksInFlight, let block = try await blocks.next() {
                    group.addTask { try finish(block) }
                    started += 1
                }
                guard let finished = try await group.next() else { break }
                early[finished.decoded.block.sequence] = finished
                while let next = early.removeValue(forKey: written) {
                    try await draft.append(next.sealed)
                    try await uniqueness.add(next.decoded.records, of: draft)
                    result.take(next.decoded, next.summaries)
                    written += 1
                }
                advanced(result.tally.lines, result.tally.bytes)
                try Task.checkCancellation()
            }
        }
        try Task.checkCancellation()
        result.tally.duplicateLines = try await uniqueness.duplicateLines(of: draft)
        return result
    }

    /// The parallel part: pure work on one block.
    private func finish(_ block: LineBlock) throws -> FinishedBlock {
        let decoded = ResultDecoder.decode(block)
        var summaries = summaries
        summaries.fold(decoded, of: batch)
        let sealed = try draft.seal(decoded, flatRows: FlatRowWriter(batch: batch).rows(of: decoded))
        return FinishedBlock(decoded: decoded, sealed: sealed, summaries: summaries)
    }
}

extension BodyRead.Result {
    mutating func take(_ decoded: DecodedBlock, _ folded: SummarySet) {
        summaries.merge(folded)
        tally.take(decoded)
    }
}

extension BodyTally {
    /// Counts the next block of a body.
    package mutating func take(_ decoded: DecodedBlock) {
        let block = decoded.block
        lines += block.lineEnds.count
        bytes += block.bytes.count - (block.endsUnterminated ? 1 : 0)
        endsUnterminated = block.endsUnterminated
        emptyLines += decoded.emptyLines
        rejectedLines += decoded.rejected.count
        rejected += decoded.rejected.prefix(Self.keptRejections - rejected.count)
        for record in decoded.records {
            found[record.type.name, default: 0] += 1
        }
    }
}
