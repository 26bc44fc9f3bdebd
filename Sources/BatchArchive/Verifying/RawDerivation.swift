import BatchPipeline
import BlockGzip
import JSONLines
import MessageBatches

/// Everything that is computed from the raw lines of one batch: counts, digests and summaries.
struct RawDerivation: Sendable {
    private(set) var tally = BodyTally()
    private(set) var summaries: SummarySet
    private(set) var content = ContentDigest()
    private(set) var received = ContentDigest()
    /// The indices of the used rows of the price table.
    private(set) var usedPrices: Set<Int> = []

    /// - Parameter summaries: The empty summaries to compute.
    init(summaries: SummarySet) {
        self.summaries = summaries
    }

    /// Reads the raw file of a batch, block by block, and passes the flat rows of each block to `consume`.
    ///
    /// - Throws: ``ArchiveFailure`` with the path of the raw file if it cannot be read or its members do not match the
    ///   manifest, and errors of `consume`.
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
            guard bytes.last == 0x0A, reader.firstLines[member] == derived.tally.lines + 1 else {
                let reason =
                    "member \(member) does not begin with line \(reader.firstLines[member]) or ends inside a line"
                throw ArchiveFailure(.mismatch(reason), .read, path: folder.path(raw.path))
            }
            let isLast = member + 1 == reader.members.count
            let addsEnd = isLast && raw.received.map { $0.bytes + 1 == raw.content.bytes } ?? false
            var decoded = ResultDecoder.decode(
                LineBlock(
                    wholeLines: bytes,
                    sequence: member,
                    firstLine: derived.tally.lines + 1,
                    byteOffset: derived.content.bytes
                )
            )
            derived.usedPrices.formUnion(decoded.price(by: pricing, of: manifest.batch))
            derived.content.update(bytes)
            derived.received.update(addsEnd ? bytes.dropLast() : bytes[...])
            derived.tally.count(decoded)
            derived.summaries.fold(decoded, of: manifest.batch)
            try consume(writer.rows(of: decoded))
            try await uniqueness.add(decoded.records, of: scratch)
        }
        derived.tally.duplicateLines = try await uniqueness.duplicateLines(of: scratch)
        return derived
    }

    /// Returns the first contradiction between the manifest and its raw file, or nil.
    ///
    /// Summaries are compared only if the current versions of the derivations made them.
    func fault(of manifest: Manifest, isCurrent: Bool) -> String? {
        if let raw = manifest.files[.raw] {
            if raw.lines != tally.lines { return "it says \(raw.lines) lines, raw has \(tally.lines)" }
            guard raw.content == content.extent else { return "the digest of the raw content is another" }
            guard raw.received.map({ $0 == received.extent }) ?? true else {
                return "the digest of the bytes as received is another"
            }
        }
        if manifest.found != tally.found { return "its counts are not those of the raw lines" }
        if manifest.emptyLines != tally.emptyLines || manifest.rejectedLines != tally.rejectedLines {
            return "its empty or rejected lines are not those of raw"
        }
        if let fault = CompletenessGate.verdict(on: tally, of: manifest.batch.counts).faults.first {
            return fault.sentence
        }
        guard isCurrent else { return nil }
        // A summary of a kind that this version no longer computes is not compared.
        return Manifest.text(of: summaries).allSatisfy { manifest.summaries[$0] == $1 }
            ? nil : "its summary is not that of the raw lines"
    }
}

extension ContentDigest {
    var extent: ArchivedFile.Extent {
        ArchivedFile.Extent(bytes: bytes, sha256: hex)
    }
}

extension Manifest {
    /// Whether these versions of the derivations made the manifest; other derivations do not matter.
    package func isDerived(by versions: [String: Int]) -> Bool {
        versions.allSatisfy { derivations[$0] == $1 }
    }
}
