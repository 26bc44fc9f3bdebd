package import JSONLines
package import MessageBatches
package import Prices

/// The port to the archive.
///
/// A batch becomes visible in the archive only as a whole, when ``BatchDraft/publish(_:)`` returns.
package protocol ArchiveSink: Sendable {
    /// Returns the IDs of the given batches that are archived, which means that they have a manifest.
    func archivedIDs(among batches: [MessageBatch]) async throws -> Set<String>

    /// Claims a batch, so that only one of several processes works on it; returns nil if another process has the claim.
    ///
    /// A draft of the batch requires the claim, which is held until it is released.
    func claim(_ batch: MessageBatch) async throws -> (any BatchClaim)?

    /// Creates the files of one batch in a place that readers ignore.
    ///
    /// An older draft of the same batch is removed.
    func openDraft(of batch: MessageBatch) async throws -> any BatchDraft

    /// Returns the draft that an interrupted download left, ready for ``BatchDraft/nextDurableBlock()``.
    ///
    /// Returns nil if there is no draft that can be resumed; nothing is removed then.
    func reopenDraft(of batch: MessageBatch) async throws -> (any BatchDraft)?

    /// Updates the files that cover several batches, such as SHA256SUMS, after a run has published its last batch.
    func finishRun() async throws
}

/// An error of the archive that may concern the files of one batch only.
package protocol ArchiveError: Error {
    /// The path of something that blocks a batch's file; nil for an error that concerns every batch.
    var obstacle: String? { get }
}

/// The exclusive right to work on one batch, which ends with ``release()`` or with the process.
package protocol BatchClaim: Sendable {
    /// Whether the batch was already archived when it was claimed, for example by another process during the run.
    var isArchived: Bool { get }

    /// Releases the claim.
    func release() async
}

/// The files of one batch while they are written.
///
/// `seal` is pure and may run for several blocks at once. `append` runs block by block in stream order, after the
/// blocks of a reopened draft. Exactly one of `publish`, `quarantine`, `suspend` and `discard` ends a draft. If `publish`
/// or `quarantine` throws, call `suspend` or `discard`.
package protocol BatchDraft: UniquenessScratch {
    /// Returns the next block that an earlier download wrote, or nil after the last intact one.
    ///
    /// The block is checked for damage and counted as if it had just been appended.
    func nextDurableBlock() async throws -> LineBlock?

    /// Returns the number of bytes of the body that a reopened draft could resume after.
    func durableBytes() async -> Int

    /// Returns an empty digest of the kind of ``receivedDigest()``.
    func newDigest() -> any ByteDigest

    /// Compresses a block's raw lines and flat rows into gzip members.
    func seal(_ block: DecodedBlock, flatRows: [UInt8]) throws -> SealedBlock

    /// Writes a sealed block after the ones before it.
    func append(_ block: SealedBlock) async throws

    /// Returns the SHA-256 of the bytes received so far, as lowercase hex, which shows whether two downloads begin alike.
    func receivedDigest() async -> String

    /// Adds the batch to the archive: syncs and renames the files, then the manifest.
    func publish(_ proof: BatchProof) async throws -> PublishedBatch

    /// Stores the data with the reasons outside the archive's data folders.
    func quarantine(_ proof: BatchProof, reasons: [String]) async throws

    /// Keeps what a later `ArchiveSink.reopenDraft` can resume, and removes the rest.
    func suspend() async throws

    /// Removes all files of the draft.
    func discard() async throws
}

/// A digest over a sequence of bytes, which does not depend on how the bytes are split into pieces.
package protocol ByteDigest: Sendable {
    /// Adds the next bytes.
    mutating func update(_ piece: ArraySlice<UInt8>)

    /// The digest of the bytes so far, as lowercase hex.
    var hex: String { get }
}

/// A block that is ready to be written.
package struct SealedBlock: Sendable {
    package var block: LineBlock
    /// The complete gzip member of the block's bytes.
    package var rawMember: [UInt8]
    /// The uncompressed flat rows, each with its line end; empty if the block has no result.
    package var flatRows: [UInt8]
    /// The complete gzip member of the flat rows; empty if there are none.
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

/// The facts in the manifest that cannot be derived from the files.
package struct BatchProof: Sendable {
    /// The batch object whose counts were checked.
    package var batch: MessageBatch
    /// The number of result lines per type name.
    package var found: [String: Int]
    package var emptyLines: Int
    /// The number of invalid lines.
    package var rejectedLines: Int
    /// The first invalid lines.
    package var rejected: [RejectedLine]
    /// The number of lines with a custom ID that also occurs on an earlier line.
    package var duplicateLines: Int
    /// The digest of all lines; nil if it is not known.
    package var linesDigest: LinesDigest?
    package var summaries: SummarySet
    /// The rows of the price table that priced the requests, in the order of the table.
    package var prices: [PriceRow]
    /// The `request-id` of the results answer.
    package var requestID: String?
    package var workspaceID: String?
    /// See ``ResultStream/rewrittenFrom``.
    package var rewrittenFrom: String?
    /// The file that the results were imported from; nil if the API sent them.
    package var file: ResultFile?
    package var startedAt: Timestamp
    package var finishedAt: Timestamp

    package init(
        batch: MessageBatch,
        found: [String: Int],
        emptyLines: Int,
        rejectedLines: Int? = nil,
        rejected: [RejectedLine],
        duplicateLines: Int,
        linesDigest: LinesDigest? = nil,
        summaries: SummarySet,
        prices: [PriceRow] = [],
        requestID: String? = nil,
        workspaceID: String? = nil,
        rewrittenFrom: String? = nil,
        file: ResultFile? = nil,
        startedAt: Timestamp,
        finishedAt: Timestamp
    ) {
        self.batch = batch
        self.found = found
        self.emptyLines = emptyLines
        self.rejectedLines = rejectedLines ?? rejected.count
        self.rejected = rejected
        self.duplicateLines = duplicateLines
        self.linesDigest = linesDigest
        self.summaries = summaries
        self.prices = prices
        self.requestID = requestID
        self.workspaceID = workspaceID
        self.rewrittenFrom = rewrittenFrom
        self.file = file
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}

/// The files of a batch in the archive.
package struct PublishedBatch: Sendable {
    /// The paths of the data files and the manifest, relative to the archive.
    package var files: [String]
    /// The size of all files on disk, in bytes.
    package var storedBytes: Int

    package init(files: [String], storedBytes: Int) {
        self.files = files
        self.storedBytes = storedBytes
    }
}
