import BatchPipeline
import BlockGzip
import JSONLines
import MessageBatches

/// Reads the data files of one batch completely, rebuilds everything derived from them in memory, and compares.
struct ContentAudit {
    private let manifest: Manifest
    /// The text of the manifest file.
    private let document: [UInt8]
    private let folder: ArchiveFolder
    private let codec: any MemberCodec
    private let summaries: SummarySet
    private let derivations: [String: Int]
    /// The manifest with every part that can be computed from the data files.
    private var rebuilt: Manifest

    init(
        _ manifest: Manifest,
        document: [UInt8],
        in folder: ArchiveFolder,
        codec: any MemberCodec,
        summaries: SummarySet,
        derivations: [String: Int]
    ) {
        self.manifest = manifest
        self.document = document
        self.folder = folder
        self.codec = codec
        self.summaries = summaries
        self.derivations = derivations
        rebuilt = manifest
    }

    /// The values computed from the raw lines.
    private struct Derived {
        var tally = BodyTally()
        var summaries: SummarySet
        var content = ContentDigest()
        var received = ContentDigest()
        var rows = ContentDigest()
        /// The number of the first line of each member.
        var firstLines: [Int] = []
    }

    /// Marks damage in `own`, the manifest, and in `files`, its data files.
    ///
    /// Files that are already marked are skipped, together with their comparisons.
    consuming func run(_ own: inout VerifiedFile, _ files: inout [VerifiedFile]) async throws {
        let isCurrent = manifest.isDerived(by: derivations)
        own.isOutdated = !isCurrent
        var rows: String?
        var fault: GateFault?
        do {
            if let derived = try await derive(&files) {
                if isCurrent { rows = derived.rows.hex }
                rebuild(from: derived, isCurrent: isCurrent)
                fault = CompletenessGate.verdict(on: derived.tally, of: manifest.batch.counts).faults.first
            }
        } catch let failure as ArchiveFailure {
            // If temporary files cannot be written, the file is not the cause.
            guard let raw = manifest.files[.raw], failure.path == folder.path(raw.path) else { throw failure }
            mark(raw.path, in: &files, VerifiedFile(raw.path, failure))
        }
        for kind in manifest.files.keys.sorted() where kind != .raw {
            compare(kind, with: kind == .results ? rows : nil, isCurrent: isCurrent, &files)
        }
        if let fault {
            (own.mark, own.reason) = (.different, fault.sentence)
        } else if let path = rebuilt.difference(from: document) {
            (own.mark, own.reason) = (.different, "its \(path) does not match the data files")
        }
    }

    /// Replaces what the raw lines determine in the rebuilt manifest.
    private mutating func rebuild(from derived: Derived, isCurrent: Bool) {
        rebuilt.files[.raw]?.lines = derived.tally.lines
        rebuilt.files[.raw]?.content = derived.content.extent
        if manifest.files[.raw]?.received != nil { rebuilt.files[.raw]?.received = derived.received.extent }
        rebuilt.files[.raw]?.begin(members: derived.firstLines)
        rebuilt.found = derived.tally.found
        rebuilt.emptyLines = derived.tally.emptyLines
        rebuilt.rejectedLines = derived.tally.rejectedLines
        rebuilt.rejected = derived.tally.rejected
        rebuilt.duplicateLines = derived.tally.duplicateLines
        if manifest.linesDigest != nil { rebuilt.linesDigest = derived.tally.digest }
        // A summary of a kind that this version no longer computes is kept.
        if isCurrent { rebuilt.summaries.merge(Manifest.text(of: derived.summaries)) { $1 } }
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
            let decoded = ResultDecoder.decode(block)
            derived.content.update(bytes)
            derived.received.update(addsEnd ? bytes.dropLast() : bytes[...])
            derived.tally.count(decoded, LinesDigest(block))
            derived.summaries.fold(decoded, of: manifest.batch)
            derived.rows.update(writer.rows(of: decoded))
            try await uniqueness.add(decoded.records, of: scratch)
        }
        derived.tally.duplicateLines = try await uniqueness.duplicateLines(of: scratch)
        return derived
    }

    /// Replaces what a derived file determines in the rebuilt manifest, and compares the file's content with the SHA-256
    /// of the rows computed from raw, if known.
    private mutating func compare(
        _ kind: DataKind,
        with rows: String?,
        isCurrent: Bool,
        _ files: inout [VerifiedFile]
    ) {
        guard let file = manifest.files[kind], let index = files.firstIndex(where: { $0.path == file.path }) else {
            return
        }
        if kind == .results { files[index].isOutdated = !isCurrent }
        guard files[index].mark == .intact else { return }
        do throws(ArchiveFailure) {
            let reader = try MemberReader(file, in: folder, codec: codec)
            var content = ContentDigest()
            var (lines, firstLines): (Int, [Int]) = (0, [])
            for member in reader.members.indices {
                let bytes = try reader.content(ofMember: member)
                content.update(bytes)
                firstLines.append(lines + 1)
                lines += bytes.count { $0 == 0x0A }
            }
            rebuilt.files[kind]?.content = content.extent
            rebuilt.files[kind]?.lines = lines
            rebuilt.files[kind]?.begin(members: firstLines)
            if let rows, content.hex != rows {
                let reason = "its rows are not those of the raw lines"
                mark(file.path, in: &files, VerifiedFile(file.path, .different, reason: reason))
            }
        } catch {
            mark(file.path, in: &files, VerifiedFile(file.path, error))
        }
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

extension ArchivedFile {
    /// Replaces the numbers of the first lines of all members.
    fileprivate mutating func begin(members firstLines: [Int]) {
        for (index, line) in firstLines.enumerated() { members[index].firstLine = line }
    }
}

extension Manifest {
    /// Returns whether these versions of the derivations made the manifest; other derivations do not matter.
    fileprivate func isDerived(by versions: [String: Int]) -> Bool {
        versions.allSatisfy { derivations[$0] == $1 }
    }
}
