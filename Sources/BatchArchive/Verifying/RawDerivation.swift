import BatchPipeline
import BlockGzip
import JSONLines
import MessageBatches

/// Everything that is computed from the raw lines of one batch: counts, digests and summaries.
struct RawDerivation: Sendable {
    private(set) var tally = BodyTally()
    private(set) var summaries: SummarySet
    private var content = ContentDigest()
    /// The content without the added line end; nil if none was added.
    private var unterminated: ContentDigest?
    private var received: ContentDigest { unterminated ?? content }
    /// The number of the first line of each member.
    private var firstLines: [Int] = []
    /// The indices of the used rows of the price table.
    private(set) var usedPrices: Set<Int> = []

    /// - Parameter summaries: The empty summaries to compute.
    init(summaries: SummarySet) {
        self.summaries = summaries
    }

    /// Reads the raw file of a batch, block by block, and passes the flat rows of each block to `consume`.
    ///
    /// - Throws: ``ArchiveFailure`` with the path of the raw file if it cannot be read or a member ends inside a line,
    ///   and errors of `consume`.
    func reading(
        _ manifest: Manifest,
        by pricing: RequestPricing,
        in folder: ArchiveFolder,
        codec: any MemberCodec,
        consume: (_ rows: [UInt8]) throws -> Void
    ) async throws -> RawDerivation {
        var derived = self
        guard let raw = manifest.files[.raw] else { return derived }
        let reader = try MemberReader(raw, in: folder, codec: codec)
        let writer = FlatRowWriter(batch: manifest.batch)
        var uniqueness = UniquenessCheck()
        let scratch = AuditScratch(reader)
        for member in reader.members.indices {
            let bytes = try reader.content(ofMember: member)
            guard bytes.last == 0x0A else {
                throw ArchiveFailure(
                    .mismatch("member \(member) ends inside a line"),
                    .read,
                    path: folder.path(raw.path)
                )
            }
            derived.firstLines.append(derived.tally.lines + 1)
            let isLast = member + 1 == reader.members.count
            let addsEnd = isLast && raw.received.map { $0.bytes + 1 == raw.content.bytes } ?? false
            let block = LineBlock(
                wholeLines: bytes,
                sequence: member,
                firstLine: derived.tally.lines + 1,
                byteOffset: derived.content.bytes
            )
            var decoded = ResultDecoder.decode(block)
            derived.usedPrices.formUnion(decoded.price(by: pricing, of: manifest.batch))
            derived.content.update(addsEnd ? bytes.dropLast() : bytes[...])
            if addsEnd {
                derived.unterminated = derived.content
                derived.content.update(bytes.suffix(1))
            }
            derived.tally.count(decoded, LinesDigest(block))
            derived.summaries.fold(decoded, of: manifest.batch)
            try consume(writer.rows(of: decoded))
            try await uniqueness.add(decoded.records, of: scratch)
        }
        derived.tally.duplicateLines = try await uniqueness.duplicateLines(of: scratch)
        return derived
    }

    /// Replaces the parts of a manifest that the raw lines determine, for every version of the program.
    func replaceFacts(in manifest: inout Manifest) {
        manifest.files[.raw]?.lines = tally.lines
        manifest.files[.raw]?.content = content.extent
        if manifest.files[.raw]?.received != nil { manifest.files[.raw]?.received = received.extent }
        manifest.files[.raw]?.begin(members: firstLines)
        manifest.found = tally.found
        manifest.emptyLines = tally.emptyLines
        manifest.rejectedLines = tally.rejectedLines
        manifest.rejected = tally.rejected
        manifest.duplicateLines = tally.duplicateLines
        if manifest.linesDigest != nil { manifest.linesDigest = tally.digest }
    }
}

extension ContentDigest {
    var extent: ArchivedFile.Extent {
        ArchivedFile.Extent(bytes: bytes, sha256: hex)
    }
}

extension ArchivedFile {
    /// Replaces the numbers of the first lines of all members.
    mutating func begin(members firstLines: [Int]) {
        for (index, line) in firstLines.enumerated() { members[index].firstLine = line }
    }
}

extension Manifest {
    /// Whether these versions of the derivations made the manifest; other derivations do not matter.
    func isDerived(by versions: [String: Int]) -> Bool {
        versions.allSatisfy { derivations[$0] == $1 }
    }
}
