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

    /// Marks damage in `own`, the manifest, and in `files`, its data files.
    ///
    /// Files that are already marked are skipped, together with their comparisons.
    consuming func run(_ own: inout VerifiedFile, _ files: inout [VerifiedFile]) async throws {
        let isCurrent = manifest.isDerived(by: derivations)
        own.isOutdated = !isCurrent && own.mark == .intact
        var rows: String?
        var fault: GateFault?
        do {
            if let (derived, digest) = try await derive(files) {
                if isCurrent { rows = digest.hex }
                derived.replaceFacts(in: &rebuilt)
                // A summary of a kind that this version no longer computes is kept.
                if isCurrent { rebuilt.summaries.merge(Manifest.text(of: derived.summaries)) { $1 } }
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

    /// Reads all raw lines; nil if the raw file is already marked or was pruned.
    private func derive(_ files: [VerifiedFile]) async throws -> (derived: RawDerivation, rows: ContentDigest)? {
        let derivation = RawDerivation(summaries: summaries)
        guard let raw = manifest.files[.raw] else {
            return manifest.found.isEmpty ? (derivation, ContentDigest()) : nil
        }
        guard files.contains(where: { $0.path == raw.path && $0.mark == .intact }) else { return nil }
        var rows = ContentDigest()
        let derived = try await derivation.reading(manifest, by: manifest.pricing, in: folder, codec: codec) {
            rows.update($0)
        }
        return (derived, rows)
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
                lines += bytes.lineEndCount
            }
            rebuilt.files[kind]?.content = content.extent
            rebuilt.files[kind]?.lines = lines
            rebuilt.files[kind]?.begin(members: firstLines)
            if let rows, content.hex != rows {
                let reason = "its rows do not match the raw lines"
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
