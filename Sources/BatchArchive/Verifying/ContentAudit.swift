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

    /// Marks damage in `own`, the manifest, and in `files`, its data files.
    ///
    /// Files that are already marked are skipped, together with their comparisons.
    func run(_ own: inout VerifiedFile, _ files: inout [VerifiedFile]) async throws {
        let isCurrent = manifest.isDerived(by: derivations)
        own.isOutdated = !isCurrent
        var rows: String?
        do {
            if let (derived, digest) = try await derive(&files) {
                rows = digest.hex
                if let reason = derived.fault(of: manifest, isCurrent: isCurrent) {
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
    private func derive(_ files: inout [VerifiedFile]) async throws -> (derived: RawDerivation, rows: ContentDigest)? {
        let derivation = RawDerivation(summaries: summaries)
        guard let raw = manifest.files[.raw] else { return manifest.found.isEmpty ? (derivation, ContentDigest()) : nil }
        guard files.contains(where: { $0.path == raw.path && $0.mark == .intact }) else { return nil }
        var rows = ContentDigest()
        let derived = try await derivation.reading(manifest, by: manifest.pricing, in: folder, codec: codec) {
            rows.update($0)
        }
        return (derived, rows)
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
