import JSONLines
import MessageBatches

/// One read of one results body: split, then decode, flatten, fold and seal block by block in parallel, then append in order.
///
/// At most ``ExportSettings/blocksInFlight`` blocks exist between the splitter and the file, so memory does not grow with the
/// batch, and the body is pulled only as fast as blocks are written.
struct BodyRead {
    private let batch: MessageBatch
    private let draft: any BatchDraft
    private let emptySummaries: SummarySet
    private let settings: ExportSettings
    private let advanced: @Sendable (_ lines: Int, _ bytes: Int) -> Void
    private(set) var result: Result
    private var uniqueness = UniquenessCheck()
    /// Blocks of the body in the draft.
    private var written = 0

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

    init(
        batch: MessageBatch,
        draft: any BatchDraft,
        summaries: SummarySet,
        settings: ExportSettings,
        advanced: @escaping @Sendable (_ lines: Int, _ bytes: Int) -> Void
    ) {
        self.batch = batch
        self.draft = draft
        self.settings = settings
        self.advanced = advanced
        emptySummaries = summaries
        result = Result(summaries: summaries)
    }

    /// Takes in the blocks an earlier read left in the draft, as if they came now.
    mutating func takeDurableBlocks() async throws {
        while let block = try await draft.nextDurableBlock() {
            let decoded = ResultDecoder.decode(block)
            var summaries = emptySummaries
            summaries.fold(decoded, of: batch)
            try await take(decoded, summaries)
            try Task.checkCancellation()
        }
    }

    /// Reads the body to its end; one that starts behind the durable blocks goes on there.
    ///
    /// Throws what the body, the splitter or the draft throws. A body may also just end when its task is cancelled; that is
    /// no cut, so cancellation always throws.
    mutating func run(_ body: any AsyncSequence<[UInt8], any Error> & Sendable) async throws {
        let splitter = LineSplitter(
            maxLineBytes: settings.maxLineBytes,
            sequence: written,
            firstLine: result.tally.lines + 1,
            byteOffset: result.tally.bytes
        )
        var blocks = BlockReader(body, splitter: splitter)
        let finish = finisher
        // A break stops the reading, not what was read: each whole block is one the next read need not seal again.
        var broken: (any Error)?
        try await withThrowingTaskGroup(of: FinishedBlock.self) { group in
            var early: [Int: FinishedBlock] = [:]
            var started = written
            while true {
                while broken == nil, started - written < settings.blocksInFlight {
                    do {
                        try Task.checkCancellation()
                        guard let block = try await blocks.next() else { break }
                        group.addTask { try finish(block) }
                        started += 1
                    } catch {
                        broken = error
                    }
                }
                guard let finished = try await group.next() else { break }
                early[finished.decoded.block.sequence] = finished
                while let next = early.removeValue(forKey: written) {
                    try await draft.append(next.sealed)
                    try await take(next.decoded, next.summaries)
                }
                advanced(result.tally.lines, result.tally.bytes)
            }
        }
        if let broken { throw broken }
        try Task.checkCancellation()
        result.tally.duplicateLines = try await uniqueness.duplicateLines(of: draft)
    }

    private mutating func take(_ decoded: DecodedBlock, _ summaries: SummarySet) async throws {
        try await uniqueness.add(decoded.records, of: draft)
        result.take(decoded, summaries)
        written += 1
    }

    /// The parallel part: pure work on one block.
    private var finisher: @Sendable (LineBlock) throws -> FinishedBlock {
        { [batch, draft, emptySummaries] block in
            let decoded = ResultDecoder.decode(block)
            var summaries = emptySummaries
            summaries.fold(decoded, of: batch)
            let sealed = try draft.seal(decoded, flatRows: FlatRowWriter(batch: batch).rows(of: decoded))
            return FinishedBlock(decoded: decoded, sealed: sealed, summaries: summaries)
        }
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
