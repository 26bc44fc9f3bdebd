import BatchPipeline
import JSONLines

/// A draft that keeps its bytes uncompressed and checks that its caller follows the rules of ``BatchDraft``.
actor InMemoryDraft: BatchDraft {
    private let id: String
    private let archive: InMemoryArchive
    private var blocks: [SealedBlock] = []
    private var scratchRuns: [[UInt8]] = []
    /// Blocks of an earlier download that were not returned yet.
    private var unread: [SealedBlock]
    private var hasEnded = false
    /// The number of calls that read lines back.
    private(set) var readBacks = 0

    init(of id: String, in archive: InMemoryArchive, resuming partial: [SealedBlock] = []) {
        self.id = id
        self.archive = archive
        unread = partial
    }

    func nextDurableBlock() async throws -> LineBlock? {
        try archive.check("nextDurableBlock")
        guard !unread.isEmpty else { return nil }
        blocks.append(unread.removeFirst())
        return blocks.last?.block
    }

    /// Only full blocks, as on disk: a short one may be the end of its stream.
    private var durable: [SealedBlock] {
        (blocks + unread).filter { $0.block.bytes.count >= LineSplitter.blockSize && !$0.block.endsUnterminated }
    }

    func durableBytes() async -> Int {
        durable.reduce(0) { $0 + $1.block.bytes.count }
    }

    nonisolated func newDigest() -> any ByteDigest {
        PlainDigest()
    }

    var appended: [LineBlock] { blocks.map(\.block) }
    var scratchBytes: Int { scratchRuns.reduce(0) { $0 + $1.count } }
    var scratchRunCount: Int { scratchRuns.count }

    nonisolated func seal(_ block: DecodedBlock, flatRows: [UInt8]) throws -> SealedBlock {
        archive.willSeal(block.block)
        try archive.check("seal")
        return SealedBlock(
            block: block.block,
            rawMember: block.block.bytes,
            flatRows: flatRows,
            flatMember: flatRows,
            rowCount: block.records.count
        )
    }

    func append(_ block: SealedBlock) async throws {
        precondition(block.block.sequence == blocks.count, "blocks come in stream order")
        precondition(!hasEnded, "the draft has ended")
        await archive.willAppend(block)
        try archive.check("append")
        blocks.append(block)
    }

    func rawLines(numbered numbers: Set<Int>) async throws -> [Int: [UInt8]] {
        readBacks += 1
        var lines: [Int: [UInt8]] = [:]
        for block in blocks.map(\.block) {
            for index in block.lineEnds.indices where numbers.contains(block.firstLine + index) {
                lines[block.firstLine + index] = Array(block.bytes[block.range(ofLine: index)])
            }
        }
        return lines
    }

    func writeScratchRun(_ bytes: [UInt8]) async throws -> Int {
        scratchRuns.append(bytes)
        return scratchRuns.count - 1
    }

    func readScratchRun(_ run: Int, from offset: Int, count: Int) async throws -> [UInt8] {
        Array(scratchRuns[run].dropFirst(offset).prefix(count))
    }

    /// The bytes themselves: equal exactly if two downloads are equal.
    func receivedDigest() async -> String {
        let bytes = blocks.flatMap { $0.block.endsUnterminated ? $0.block.bytes.dropLast() : $0.block.bytes[...] }
        return String(decoding: bytes, as: UTF8.self)
    }

    func publish(_ proof: BatchProof) async throws -> PublishedBatch {
        await archive.willPublish(id)
        try archive.check("publish")
        end()
        archive.publish(storedBatch(proof))
        let stored = blocks.reduce(0) { $0 + $1.rawMember.count + $1.flatMember.count }
        return PublishedBatch(files: ["raw/\(id)"], storedBytes: stored)
    }

    func quarantine(_ proof: BatchProof, reasons: [String]) async throws {
        try archive.check("quarantine")
        end()
        var stored = storedBatch(proof)
        stored.reasons = reasons
        archive.quarantine(stored)
    }

    func suspend() async throws {
        guard !durable.isEmpty else { return try await discard() }
        end()
        archive.park(id, durable)
    }

    func discard() async throws {
        end()
        archive.discard(id)
        try archive.check("discard")
    }

    private func end() {
        precondition(!hasEnded, "a draft ends once")
        hasEnded = true
    }

    private func storedBatch(_ proof: BatchProof) -> InMemoryArchive.StoredBatch {
        InMemoryArchive.StoredBatch(
            raw: blocks.flatMap(\.rawMember),
            flatRows: blocks.flatMap(\.flatRows),
            proof: proof
        )
    }
}

/// The bytes themselves.
private struct PlainDigest: ByteDigest {
    private var bytes: [UInt8] = []

    mutating func update(_ piece: ArraySlice<UInt8>) {
        bytes += piece
    }

    var hex: String { String(decoding: bytes, as: UTF8.self) }
}
