import BatchPipeline
import BlockGzip
import JSONLines
import MessageBatches

/// Reads the raw file of one batch completely, rebuilds everything derived from it in memory, and compares.
struct ContentAudit {
    private let manifest: Manifest
    private let folder: ArchiveFolder
    private let codec: any MemberCodec
    private let summaries: SummarySet
    private let derivations: [String: Int]

    init(
        _ manifest: Manifest,
        in folder: ArchiveFolder,
        codec: any MemberCodec,
        summaries: SummarySet,
        derivations: [String: Int]
    ) {
        self.manifest = manifest
        self.folder = folder
        self.codec = codec
        self.summaries = summaries
        self.derivations = derivations
    }

    /// The values computed from the raw lines.
    private struct Derived {
        var tally = BodyTally()
        var summaries: SummarySet
        var content = ContentDigest()
        var received = ContentDigest()
        var rows = ContentDigest()
    }

    /// Marks damage in `own`, the manifest, and in `files`, its data files.
    ///
    /// Files that are already marked are skipped, together with their comparisons.
    func run(_ own: inout VerifiedFile, _ files: inout [VerifiedFile]) async throws {
        let isCurrent = manifest.isDerived(by: derivations)
        own.isOutdated = !isCurrent
        var rows: String?
        do {
            if let derived = try await derive(&files) {
                rows = derived.rows.hex
                if let reason = fault(of: derived, isCurrent: isCurrent) {
                    (own.mark, own.reason) = (.different, reason)
                }
            }
        } catch let failure as ArchiveFailure {
            // If temporary files cannot be written, the file is not the cause.
            guard let raw = manifest.files[.raw], failure.path == folder.path(raw.path) else { throw failure }
            mark(raw.path, in: &files, VerifiedFile(raw.path, failure))
        }
        compareRows(isCurrent ? rows : nil, &files)
    }

    /// Reads all raw lines; nil if the raw file is already marked or was pruned.
    private func derive(_ files: inout [VerifiedFile]) async throws -> Derived? {
        var derived = Derived(summaries: summaries)
        guard let raw = manifest.files[.raw] else { return manifest.found.isEmpty ? derived : nil }
        guard files.contains(where: { $0.path == raw.path && $0.mark == .intact }) else { return nil }
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
            let decoded = ResultDecoder.decode(
                LineBlock(
                    wholeLines: bytes,
                    sequence: member,
                    firstLine: derived.tally.lines + 1,
                    byteOffset: derived.content.bytes
                )
            )
            derived.content.update(bytes)
            derived.received.update(addsEnd ? bytes.dropLast() : bytes[...])
            derived.tally.count(decoded)
            derived.summaries.fold(decoded, of: manifest.batch)
            derived.rows.update(writer.rows(of: decoded))
            try await uniqueness.add(decoded.records, of: scratch)
        }
        derived.tally.duplicateLines = try await uniqueness.duplicateLines(of: scratch)
        return derived
    }

    /// Returns the first contradiction between the manifest and its raw file, or nil.
    private func fault(of derived: Derived, isCurrent: Bool) -> String? {
        if let raw = manifest.files[.raw] {
            if raw.lines != derived.tally.lines { return "it says \(raw.lines) lines, raw has \(derived.tally.lines)" }
            guard raw.content == derived.content.extent else { return "the digest of the raw content is another" }
            guard raw.received.map({ $0 == derived.received.extent }) ?? true else {
                return "the digest of the bytes as received is another"
            }
        }
        if manifest.found != derived.tally.found { return "its counts are not those of the raw lines" }
        if manifest.emptyLines != derived.tally.emptyLines || manifest.rejectedLines != derived.tally.rejectedLines {
            return "its empty or rejected lines are not those of raw"
        }
        if let fault = CompletenessGate.verdict(on: derived.tally, of: manifest.batch.counts).faults.first {
            return fault.sentence
        }
        guard isCurrent else { return nil }
        // A summary of a kind that this version no longer computes is not compared.
        return Manifest.text(of: derived.summaries).allSatisfy { manifest.summaries[$0] == $1 }
            ? nil : "its summary is not that of the raw lines"
    }

    /// Compares the flat file with its manifest and, if known, with the digest of the rows computed from raw.
    private func compareRows(_ digest: String?, _ files: inout [VerifiedFile]) {
        guard let flat = manifest.files[.results], let index = files.firstIndex(where: { $0.path == flat.path }) else {
            return
        }
        files[index].isOutdated = !manifest.isDerived(by: derivations)
        guard files[index].mark == .intact else { return }
        do throws(ArchiveFailure) {
            let reader = try MemberReader(flat, in: folder, codec: codec)
            var content = ContentDigest()
            for member in reader.members.indices { content.update(try reader.content(ofMember: member)) }
            if content.extent != flat.content {
                mark(flat.path, in: &files, reason: "the digest of its content is not the one in its manifest")
            } else if let digest, content.hex != digest {
                mark(flat.path, in: &files, reason: "its rows are not those of the raw lines")
            }
        } catch {
            mark(flat.path, in: &files, VerifiedFile(flat.path, error))
        }
    }

    private func mark(_ path: String, in files: inout [VerifiedFile], reason: String) {
        mark(path, in: &files, VerifiedFile(path, .different, reason: reason))
    }

    private func mark(_ path: String, in files: inout [VerifiedFile], _ verdict: VerifiedFile) {
        guard let index = files.firstIndex(where: { $0.path == path }) else { return }
        var verdict = verdict
        verdict.batchID = manifest.batch.id
        verdict.isOutdated = files[index].isOutdated
        files[index] = verdict
    }
}

extension ContentDigest {
    fileprivate var extent: ArchivedFile.Extent {
        ArchivedFile.Extent(bytes: bytes, sha256: hex)
    }
}

extension Manifest {
    /// Returns whether these versions of the derivations made the manifest; other derivations do not matter.
    fileprivate func isDerived(by versions: [String: Int]) -> Bool {
        versions.allSatisfy { derivations[$0] == $1 }
    }
}
