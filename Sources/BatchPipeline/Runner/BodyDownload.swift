package import JSONLines
import MessageBatches
import Prices

/// One download of a results body.
///
/// The body is split into blocks. They are decoded, flattened, folded and sealed in parallel, and appended in order. At
/// most ``ExportSettings/blocksInFlight`` blocks are between the splitter and the file. So memory does not grow with
/// the batch, and the body is read only as fast as blocks are written.
struct BodyDownload {
    private let batch: MessageBatch
    private let draft: any BatchDraft
    private let emptySummaries: SummarySet
    private let pricing: RequestPricing
    private let settings: ExportSettings
    private let expectation: (any IDExpectation)?
    private let startedAt: Timestamp
    private let advanced: @Sendable (_ lines: Int, _ bytes: Int) -> Void
    private(set) var tally = BodyTally()
    private(set) var summaries: SummarySet
    /// The indices of the used rows of the price table.
    private var usedPrices: Set<Int> = []
    private var uniqueness = UniquenessCheck()
    /// The number of blocks of the body that are in the draft.
    private var written = 0
    /// The head of the answer, and the URL that was rewritten; nil before the body is requested.
    private var origin: (head: ReplyHead, rewrittenFrom: String?, file: (@Sendable () -> ResultFile)?)?

    /// A block with the results of its parallel work.
    private struct FinishedBlock: Sendable {
        var decoded: DecodedBlock
        var sealed: SealedBlock
        var summaries: SummarySet
        var usedPrices: Set<Int>
        var digest: LinesDigest
    }

    init(
        batch: MessageBatch,
        draft: any BatchDraft,
        summaries: SummarySet,
        pricing: RequestPricing,
        settings: ExportSettings,
        expectation: (any IDExpectation)? = nil,
        startedAt: Timestamp,
        advanced: @escaping @Sendable (_ lines: Int, _ bytes: Int) -> Void
    ) {
        self.batch = batch
        self.draft = draft
        self.settings = settings
        self.expectation = expectation
        self.startedAt = startedAt
        self.advanced = advanced
        self.summaries = summaries
        self.pricing = pricing
        emptySummaries = summaries
    }

    /// Counts the blocks that an earlier download left in the draft, as if they had just been downloaded.
    mutating func consumeDurableBlocks() async throws {
        while let block = try await draft.nextDurableBlock() {
            var decoded = ResultDecoder.decode(block)
            usedPrices.formUnion(decoded.price(by: pricing, of: batch))
            var folded = emptySummaries
            folded.fold(decoded, of: batch)
            try await count(decoded, folded, LinesDigest(block))
            try Task.checkCancellation()
        }
    }

    /// Reads the body of an answer to its end, and appends the blocks that are not in the draft yet.
    ///
    /// Throws errors of the body, the splitter and the draft, and ``BodyChanged``. A body may also end without an error
    /// when its task is canceled. That is not a complete body, so cancellation always throws.
    mutating func run(_ stream: ResultStream) async throws {
        origin = (stream.head, stream.rewrittenFrom, stream.file)
        let splitter = LineSplitter(
            maxLineBytes: settings.maxLineBytes,
            sequence: written,
            firstLine: tally.lines + 1,
            byteOffset: tally.bytes
        )
        var blocks = BlockReader(await unread(stream.body), splitter: splitter)
        // If the body breaks off, the blocks in flight are still written, so that the next download resumes after them.
        try await mapConcurrently(limit: settings.blocksInFlight) {
            try Task.checkCancellation()
            return try await blocks.next()
        } work: { [batch, draft, emptySummaries, pricing] block in
            var decoded = ResultDecoder.decode(block)
            let usedPrices = decoded.price(by: pricing, of: batch)
            var summaries = emptySummaries
            summaries.fold(decoded, of: batch)
            let sealed = try draft.seal(decoded, flatRows: FlatRowWriter(batch: batch).rows(of: decoded))
            return FinishedBlock(
                decoded: decoded,
                sealed: sealed,
                summaries: summaries,
                usedPrices: usedPrices,
                digest: LinesDigest(block)
            )
        } consume: { block in
            try await draft.append(block.sealed)
            usedPrices.formUnion(block.usedPrices)
            try await count(block.decoded, block.summaries, block.digest)
            advanced(tally.lines, tally.bytes)
            return .proceed
        }
        try Task.checkCancellation()
        tally.duplicateLines = try await uniqueness.duplicateLines(of: draft)
        tally.missingIDs = expectation?.missing() ?? 0
        if let archived = settings.archivedLines {
            let received = await draft.receivedDigest()
            tally.differsFromArchive = !archived.match(tally.digest, receivedSHA256: received)
        }
    }

    /// Returns the body without the bytes that are already in the draft.
    private func unread(
        _ body: any AsyncSequence<[UInt8], any Error> & Sendable
    ) async -> any AsyncSequence<[UInt8], any Error> & Sendable {
        guard tally.bytes > 0 else { return body }
        return BodyRemainder(
            body: body,
            skippedBytes: tally.bytes,
            skippedDigest: await draft.receivedDigest(),
            digest: draft.newDigest()
        )
    }

    /// Adds a block to the checks, summaries and counts.
    private mutating func count(
        _ decoded: DecodedBlock,
        _ folded: SummarySet,
        _ digest: LinesDigest
    ) async throws {
        try await uniqueness.add(decoded.records, of: draft)
        try expectation?.checkOff(decoded)
        summaries.merge(folded)
        tally.count(decoded, digest)
        written += 1
    }

    /// Returns the proof of a complete download.
    func proof(finishedAt: Timestamp) -> BatchProof {
        BatchProof(
            batch: batch,
            found: tally.found,
            emptyLines: tally.emptyLines,
            rejectedLines: tally.rejectedLines,
            rejected: tally.rejected,
            duplicateLines: tally.duplicateLines,
            linesDigest: tally.digest,
            summaries: summaries,
            prices: usedPrices.sorted().map { pricing.table.rows[$0] },
            requestID: origin?.head.requestID,
            workspaceID: origin?.head.workspaceID,
            rewrittenFrom: origin?.rewrittenFrom,
            file: origin?.file?(),
            startedAt: startedAt,
            finishedAt: finishedAt
        )
    }
}

extension BodyTally {
    /// Counts the next block of a body and the digest of its lines.
    package mutating func count(_ decoded: DecodedBlock, _ digest: LinesDigest) {
        let block = decoded.block
        lines += block.lineEnds.count
        bytes += block.bytes.count - (block.endsUnterminated ? 1 : 0)
        endsUnterminated = block.endsUnterminated
        emptyLines += decoded.emptyLines
        rejectedLines += decoded.rejected.count
        rejected += decoded.rejected.prefix(Self.keptRejections - rejected.count)
        self.digest.merge(digest)
        for record in decoded.records {
            found[record.type.name, default: 0] += 1
        }
    }
}
