package import MessageBatches

/// The files to remove from an archive, selected by kind and age.
package struct PrunePlan: Sendable {
    /// The limit per kind: files of batches created before it are removed.
    package var before: [DataKind: Timestamp]
    /// Whether to remove raw files whose results the API does not have.
    package var removesLastCopies: Bool
    /// The time of the run.
    package var now: Timestamp

    package init(before: [DataKind: Timestamp], removesLastCopies: Bool, now: Timestamp) {
        self.before = before
        self.removesLastCopies = removesLastCopies
        self.now = now
    }
}

/// A data file that can be removed.
package struct PrunableFile: Sendable {
    package var manifest: Manifest
    package var kind: DataKind
    package var file: ArchivedFile
    /// Whether this raw file is the last copy: the API has removed the results, or nothing proves that it had them.
    package var isLastCopy: Bool
}

extension PrunePlan {
    /// Returns the selected files, including last copies.
    package func files(of manifests: [Manifest]) -> [PrunableFile] {
        manifests.flatMap { manifest in
            before.sorted { $0.key < $1.key }
                .compactMap { kind, limit -> PrunableFile? in
                    guard let file = manifest.files[kind], manifest.batch.createdAt < limit else { return nil }
                    let isGone =
                        manifest.batch.archivedAt != nil || manifest.batch.retentionEnds <= now || !manifest.isProven
                    return PrunableFile(manifest: manifest, kind: kind, file: file, isLastCopy: kind == .raw && isGone)
                }
        }
    }

    /// Returns whether this plan removes a file.
    package func removes(_ file: PrunableFile) -> Bool {
        removesLastCopies || !file.isLastCopy
    }
}

extension FileArchive {
    /// Removes the files that a plan removes, and updates SHA256SUMS.
    ///
    /// `report` receives the selected files, including last copies that are kept, before the first of them is removed.
    /// Needs the archive's lock.
    package func prune(_ plan: PrunePlan, report: ([PrunableFile]) -> Void) async throws {
        let reader = try ArchiveReader(folder)
        var manifests = try await reader.manifests().manifests
        try removePruned(of: manifests)
        // A file must not be removed if it also contains data to keep.
        let shared = plan.files(of: manifests).filter { plan.removes($0) && $0.file.slice != nil }.map(\.file.path)
        for path in Set(shared).sorted() { try expand(path, of: manifests) }
        if !shared.isEmpty { manifests = try await reader.manifests().manifests }
        let files = plan.files(of: manifests)
        report(files)
        let removed = files.filter { plan.removes($0) }
        let changed = Dictionary(removed.map { ($0.manifest.batch.id, $0.manifest) }) { first, _ in first }
        try RemovalRecord.begin(Array(changed.values), in: folder)
        try prune(removed, at: plan.now)
        try await finishRun()
        try RemovalRecord.end(in: folder)
    }

    /// Removes files, after the manifest of each has been updated.
    ///
    /// If the run is interrupted in between, the file still exists but its manifest does not list it;
    /// the next run removes it (``RemovalRecord``).
    func prune(_ files: [PrunableFile], at now: Timestamp) throws(ArchiveFailure) {
        var manifests: [String: Manifest] = [:]
        for entry in files {
            let id = entry.manifest.batch.id
            var manifest = manifests[id] ?? entry.manifest
            if manifests[id] == nil { manifest.revision += 1 }
            manifest.files[entry.kind] = nil
            manifest.pruned[entry.kind] = PrunedFile(
                prunedAt: now,
                content: entry.file.content,
                lines: entry.file.lines
            )
            manifests[id] = manifest
        }
        for (_, manifest) in manifests.sorted(by: { $0.key < $1.key }) { try replace(manifest) }
        try removePruned(of: Array(manifests.values))
    }

    /// Removes data files that their manifests list as pruned.
    func removePruned(of manifests: [Manifest]) throws(ArchiveFailure) {
        for path in manifests.flatMap(\.prunedPaths) { try folder.remove(path) }
    }

    func replace(_ manifest: Manifest) throws(ArchiveFailure) {
        try folder.replace(ArchivePaths(of: manifest.batch).manifest, with: manifest.json)
    }
}

extension Manifest {
    /// The paths of the data files that were pruned.
    var prunedPaths: [String] {
        guard !pruned.isEmpty, let paths = try? ArchivePaths(of: batch) else { return [] }
        return pruned.keys.filter { files[$0] == nil }.map { paths.data($0) }
    }

    /// Copies entries of the manifest that this one replaces, if a repair does not write them, such as joined files.
    ///
    /// Only files that still exist are copied; pruned files stay pruned.
    mutating func copyEntries(from old: Manifest, in folder: ArchiveFolder) throws(ArchiveFailure) {
        for (kind, file) in old.files where files[kind] == nil {
            if try folder.status(file.path)?.size == file.bytes { files[kind] = file }
        }
        for (kind, file) in old.pruned where files[kind] == nil { pruned[kind] = file }
        if let file = old.source.file, source.requestID == nil {
            // The files were derived from the raw file again, whose origin is still the imported file.
            source.file = source.file ?? file
        }
        join = old.join
        // The next export with a join makes joined files again that could not be kept.
        let isKept = DataKind.ofJoin.allSatisfy { files[$0] == old.files[$0] }
        isJoinPending = old.isJoinPending || !isKept
        for (name, version) in old.derivations where derivations[name] == nil { derivations[name] = version }
    }
}
