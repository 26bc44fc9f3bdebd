package import BatchPipeline
package import BlockGzip
import MessageBatches

/// Compares the files of an archive with its manifests and SHA256SUMS; never writes.
package struct ArchiveVerifier: Sendable {
    let folder: ArchiveFolder
    let codec: any MemberCodec
    /// Empty summaries of all kinds, to compute them again.
    let summaries: SummarySet
    /// The current version of each derivation.
    let derivations: [String: Int]
    /// The kinds of files that a copy does not have, which are not verified.
    let omitted: Set<DataKind>

    package init(
        _ folder: ArchiveFolder,
        codec: any MemberCodec,
        summaries: SummarySet,
        derivations: [String: Int]
    ) {
        self.folder = folder
        self.codec = codec
        self.summaries = summaries
        self.derivations = derivations
        omitted = (try? folder.omittedKinds) ?? []
    }

    /// Verifies the archive as planned, up to `concurrency` batches at a time, and reports every file, sorted by day
    /// and batch.
    ///
    /// Throws ``ArchiveFailure`` if the archive cannot be listed, and any error of `report`.
    package func run(
        _ plan: VerifyPlan,
        concurrency: Int,
        report: (VerifiedFile) throws -> Void
    ) async throws {
        _ = try ArchiveReader(folder)
        let paths = try folder.manifestPaths(of: ArchiveSelection(since: plan.since, until: plan.until))
        let stored = paths.map { StoredManifest($0, in: folder) }.filter { $0.isSelected(plan) }
        let reading = Result { () throws(ArchiveFailure) in try ChecksumList(in: folder) }
        let list = try? reading.get()
        // A killed compaction is finished by the next run that writes. Until then, its old and new files are sound.
        let unfinished = try DataRelocation.interrupted(in: folder)
        var rest = stored[...]
        try await mapConcurrently(limit: concurrency) { () async throws in
            rest.popFirst()
        } work: { (manifest: StoredManifest) async throws in
            try await verify(manifest, listed: list?.digests ?? [:], unfinished, plan)
        } consume: { (files: [VerifiedFile]) async throws in
            try Task.checkCancellation()
            for file in files { try report(file) }
            return .proceed
        }
        for file in containers(stored, unfinished, plan) { try report(file) }
        for file in try extras(plan, named: stored, list, unfinished) + unknown(plan, stored) { try report(file) }
        for file in documents(plan, list) { try report(file) }
        if plan.coversArchive, let file = verdict(on: reading, stored, unfinished) { try report(file) }
    }

    /// Returns a verdict for each requested batch that has no manifest.
    private func unknown(_ plan: VerifyPlan, _ stored: [StoredManifest]) -> [VerifiedFile] {
        let missing = (plan.ids ?? []).subtracting(stored.compactMap(\.verdict.batchID))
        return missing.sorted()
            .map { id in
                VerifiedFile("\(ArchivePaths.manifests)/*/\(id).json", .missing, batchID: id, reason: "not found")
            }
    }

    /// Verifies the manifest and the data files of one batch.
    private func verify(
        _ stored: StoredManifest,
        listed: [String: String],
        _ unfinished: DataRelocation?,
        _ plan: VerifyPlan
    ) async throws -> [VerifiedFile] {
        guard let manifest = stored.manifest else { return [stored.verdict] }
        var own = stored.verdict
        if own.mark == .intact, let digest = listed[stored.path], digest != stored.digest,
            unfinished?.explains(stored.path, listed: digest, digest: stored.digest) != true
        {
            own.mark = .different
            own.reason = "its SHA-256 differs from \(ArchivePaths.checksums)"
        }
        guard own.mark == .intact || stored.isInPlace else { return [own] }
        let depth = plan.depth(of: manifest.batch.id)
        // The text of the manifest still lists the omitted files, and is compared as it is.
        var files = present(manifest).sorted { $0.key < $1.key }
            .map { _, file in verify(file, of: manifest.batch.id, file.slice == nil ? depth : .sizes) }
        if depth == .content {
            try await ContentAudit(
                manifest,
                document: (try? folder.read(stored.path)) ?? manifest.json,
                in: folder,
                codec: codec,
                summaries: summaries,
                derivations: derivations
            )
            .run(&own, &files)
        }
        // A file of several batches is reported separately; this batch reports only damage in its part.
        let parts = Set(manifest.files.values.filter { $0.slice != nil }.map(\.path))
        return [own] + files.filter { $0.mark != .intact || $0.isOutdated || !parts.contains($0.path) }
    }

    /// Verifies the files that contain several batches, each once.
    private func containers(
        _ stored: [StoredManifest],
        _ unfinished: DataRelocation?,
        _ plan: VerifyPlan
    ) -> [VerifiedFile] {
        var files: [String: (file: ArchivedFile, depth: VerifyDepth, named: Int)] = [:]
        for manifest in stored.compactMap(\.manifest) {
            for file in present(manifest).values {
                guard let slice = file.slice else { continue }
                let depth = max(plan.depth(of: manifest.batch.id), files[file.path]?.depth ?? .sizes)
                files[file.path] = (file, depth, slice.count + (files[file.path]?.named ?? 0))
            }
        }
        return files.sorted { $0.key < $1.key }
            .map { path, entry in
                var whole = entry.file
                // The manifests of many batches list its members; each batch finds the damage in its own part.
                (whole.slice, whole.members) = (nil, [])
                let verdict = verify(whole, of: nil, entry.depth)
                guard verdict.mark == .intact, plan.coversArchive, entry.named != whole.bytes,
                    unfinished?.paths.contains(path) != true
                else { return verdict }
                // Readers of the folder would read the rows of a batch that has no manifest, or has them elsewhere.
                let reason = "manifests list \(entry.named) of its \(whole.bytes) bytes"
                return VerifiedFile(path, .different, reason: reason)
            }
    }

    /// The files of a manifest that this archive should contain.
    func present(_ manifest: Manifest) -> [DataKind: ArchivedFile] {
        manifest.files.filter { !omitted.contains($0.key) }
    }

    private func verify(_ file: ArchivedFile, of id: String?, _ depth: VerifyDepth) -> VerifiedFile {
        do throws(ArchiveFailure) {
            guard let status = try folder.status(file.path) else {
                return VerifiedFile(file.path, .missing, batchID: id, reason: "not found")
            }
            guard status.kind == .file else {
                throw ArchiveFailure(.notAFile(status.kind), .read, path: folder.path(file.path))
            }
            guard status.size == file.bytes else {
                let reason = "it has \(status.size) bytes, but its manifest lists \(file.bytes)"
                let end = min(status.size, file.bytes)
                return VerifiedFile(file.path, .different, batchID: id, reason: reason, byteOffset: end)
            }
            guard depth >= .checksums else { return VerifiedFile(file.path, batchID: id) }
            guard try ContentDigest.file(folder.open(file.path)).hex == file.sha256 else {
                return place(ofDamageIn: file, id)
            }
            return VerifiedFile(file.path, batchID: id)
        } catch {
            return VerifiedFile(file.path, error, batchID: id)
        }
    }

    /// Finds the first unreadable member of a file whose digest is wrong.
    private func place(ofDamageIn file: ArchivedFile, _ id: String?) -> VerifiedFile {
        do throws(ArchiveFailure) {
            let reader = try MemberReader(file, in: folder, codec: codec)
            for member in reader.members.indices { _ = try reader.content(ofMember: member) }
        } catch {
            return VerifiedFile(file.path, error, batchID: id)
        }
        let reason = "its SHA-256 differs from its manifest"
        return VerifiedFile(file.path, .different, batchID: id, reason: reason)
    }
}
