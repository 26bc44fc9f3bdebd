package import JSONLines
package import MessageBatches

/// The port to the archive.
///
/// A batch becomes visible in it only as a whole, by ``BatchDraft/publish(_:)``.
package protocol ArchiveSink: Sendable {
    /// The ids of those of the batches that are archived: those with a manifest.
    func archivedIDs(among batches: [MessageBatch]) async throws -> Set<String>

    /// Takes the right to work on a batch, so that of several processes that write to one archive only one does; nil if
    /// another has it. Needed for a draft of the batch, and held until it is given back.
    func claim(_ batch: MessageBatch) async throws -> (any BatchClaim)?

    /// Starts the files of one batch where no reader looks. An older draft of the same batch is thrown away.
    func openDraft(of batch: MessageBatch) async throws -> any BatchDraft

    /// The draft that a broken read parked, or a killed run left, ready for ``BatchDraft/nextDurableBlock()``; nil if there is
    /// none that can be gone on with, and then nothing of it is removed.
    func reopenDraft(of batch: MessageBatch) async throws -> (any BatchDraft)?

    /// Called once when a run has published its last batch: rewrites what spans batches, such as SHA256SUMS.
    func finishRun() async throws
}

/// The right to work on one batch; ends with ``release()``, or with the process.
package protocol BatchClaim: Sendable {
    /// Whether the batch was archived when it was claimed, perhaps by somebody else since the run began.
    var isArchived: Bool { get }

    /// Gives the batch back.
    func release() async
}

/// The files of one batch while they are written.
///
/// `seal` is pure work and is called for several blocks at once; `append` is called block by block in stream order, behind
/// the blocks that a reopened draft handed out. Exactly one of `publish`, `quarantine`, `park` and `discard` ends a draft; if
/// one of the first two throws, one of the others does.
package protocol BatchDraft: UniquenessScratch {
    /// The next block of those an earlier read wrote, checked against damage and counted as if it had just been appended, or
    /// nil behind the last that is whole.
    func nextDurableBlock() async throws -> LineBlock?

    /// How many bytes of the body a later `ArchiveSink.reopenDraft` can go on behind, as things stand.
    func durableBytes() async -> Int

    /// An empty digest of the kind that ``receivedDigest()`` is made with.
    func newDigest() -> any ByteDigest

    /// Compresses a block's raw lines and flat rows into gzip members.
    func seal(_ block: DecodedBlock, flatRows: [UInt8]) throws -> SealedBlock

    /// Writes a sealed block behind those before it.
    func append(_ block: SealedBlock) async throws

    /// SHA-256 over the bytes as received so far, as lowercase hex: tells whether two reads of a body were equal.
    func receivedDigest() async -> String

    /// Makes the batch part of the archive: files synced, renamed, then the manifest.
    func publish(_ proof: BatchProof) async throws -> PublishedBatch

    /// Keeps the data beside the reason, apart from the archive.
    func quarantine(_ proof: BatchProof, reasons: [String]) async throws

    /// Leaves what is worth going on from to a later `ArchiveSink.reopenDraft`, and removes the rest.
    func park() async throws

    /// Removes everything written.
    func discard() async throws
}

/// A digest over bytes that come in pieces: equal bytes in order give equal text, whatever the pieces.
package protocol ByteDigest: Sendable {
    /// Takes in the next bytes.
    mutating func update(_ piece: ArraySlice<UInt8>)

    /// The digest so far, as lowercase hex.
    var hex: String { get }
}

/// One block ready to be written.
package struct SealedBlock: Sendable {
    package var block: LineBlock
    /// A complete gzip member of the block's bytes.
    package var rawMember: [UInt8]
    /// The flat rows before compression, each with its line end; empty if the block has no result.
    package var flatRows: [UInt8]
    /// A complete gzip member of the flat rows, or empty.
    package var flatMember: [UInt8]
    /// The number of flat rows.
    package var rowCount: Int

    package init(
        block: LineBlock,
        rawMember: [UInt8],
        flatRows: [UInt8],
        flatMember: [UInt8],
        rowCount: Int
    ) {
        self.block = block
        self.rawMember = rawMember
        self.flatRows = flatRows
        self.flatMember = flatMember
        self.rowCount = rowCount
    }
}

/// Everything the manifest says beside what the files themselves tell.
package struct BatchProof: Sendable {
    /// The batch object the counts were checked against.
    package var batch: MessageBatch
    /// Result lines per type name, as found.
    package var found: [String: Int]
    package var emptyLines: Int
    /// All lines that are no results.
    package var rejectedLines: Int
    /// The first of them.
    package var rejected: [RejectedLine]
    /// Custom ids that occur more than once, counted by surplus lines.
    package var duplicateLines: Int
    package var summaries: SummarySet
    /// `request-id` of the answer the results came with.
    package var requestID: String?
    package var workspaceID: String?
    /// See ``ResultStream/rewrittenFrom``.
    package var rewrittenFrom: String?
    package var startedAt: Timestamp
    package var finishedAt: Timestamp

    package init(
        batch: MessageBatch,
        found: [String: Int],
        emptyLines: Int,
        rejectedLines: Int? = nil,
        rejected: [RejectedLine],
        duplicateLines: Int,
        summaries: SummarySet,
        requestID: String? = nil,
        workspaceID: String? = nil,
        rewrittenFrom: String? = nil,
        startedAt: Timestamp,
        finishedAt: Timestamp
    ) {
        self.batch = batch
        self.found = found
        self.emptyLines = emptyLines
        self.rejectedLines = rejectedLines ?? rejected.count
        self.rejected = rejected
        self.duplicateLines = duplicateLines
        self.summaries = summaries
        self.requestID = requestID
        self.workspaceID = workspaceID
        self.rewrittenFrom = rewrittenFrom
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}

/// What the archive holds of a batch after it was published.
package struct PublishedBatch: Sendable {
    /// Paths relative to the archive, data files and manifest.
    package var files: [String]
    /// Bytes on disk, all files.
    package var storedBytes: Int

    package init(files: [String], storedBytes: Int) {
        self.files = files
        self.storedBytes = storedBytes
    }
}
