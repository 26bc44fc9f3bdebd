package import MessageBatches

/// What may be removed from an archive, by kind and age.
package struct PrunePlan: Sendable {
    /// Files of a kind are removed for batches created before this moment.
    package var before: [DataKind: Timestamp]
    /// Whether raw may go that the service has withdrawn already.
    package var takesLastCopies: Bool
    /// The moment of the run.
    package var now: Timestamp

    package init(before: [DataKind: Timestamp], takesLastCopies: Bool, now: Timestamp) {
        self.before = before
        self.takesLastCopies = takesLastCopies
        self.now = now
    }
}

/// A data file that can be removed.
package struct PrunableFile: Sendable {
    package var manifest: Manifest
    package var kind: DataKind
    package var file: ArchivedFile
    /// Whether the service no longer has the results, so that this raw file is the last copy.
    package var isLastCopy: Bool
}

extension PrunePlan {
    /// The files the plan is about, last copies included.
    package func files(of manifests: [Manifest]) -> [PrunableFile] {
        manifests.flatMap { manifest in
            before.sorted { $0.key < $1.key }
                .compactMap { kind, limit -> PrunableFile? in
                    guard let file = manifest.files[kind], manifest.batch.createdAt < limit else { return nil }
                    let isGone = manifest.batch.archivedAt != nil || manifest.batch.retentionEnds <= now
                    return PrunableFile(manifest: manifest, kind: kind, file: file, isLastCopy: kind == .raw && isGone)
                }
        }
    }

    /// Whether a file is removed by this plan.
    package func removes(_ file: PrunableFile) -> Bool {
        takesLastCopies || !file.isLastCopy
    }
}

extension FileArchive {
    /// Removes files; the manifest of each says so before the file is gone.
    ///
    /// After a kill in between the file is still there, unknown to its manifest; ``removePruned(of:)`` takes it away.
    package func prune(_ files: [PrunableFile], at now: Timestamp) throws(ArchiveFailure) {
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

    /// Removes data files that their manifests call pruned.
    package func removePruned(of manifests: [Manifest]) throws(ArchiveFailure) {
        for manifest in manifests {
            let paths = try ArchivePaths(of: manifest.batch)
            for kind in manifest.pruned.keys where manifest.files[kind] == nil { try folder.remove(paths.data(kind)) }
        }
    }

    private func replace(_ manifest: Manifest) throws(ArchiveFailure) {
        try folder.replace(ArchivePaths(of: manifest.batch).manifest, with: manifest.json)
    }

    /// Adds to the manifest that is there now what an earlier one named beside raw and flat rows, such as joined files.
    ///
    /// For a batch that was derived anew. Only files that are still there are named; what was pruned stays pruned.
    package func carryOver(from old: Manifest) throws(ArchiveFailure) {
        let path = try ArchivePaths(of: old.batch).manifest
        var manifest = try Manifest(json: folder.read(path), path: folder.path(path))
        let before = manifest
        for (kind, file) in old.files where manifest.files[kind] == nil {
            if try folder.status(file.path)?.size == file.bytes { manifest.files[kind] = file }
        }
        for (kind, file) in old.pruned where manifest.files[kind] == nil { manifest.pruned[kind] = file }
        for (name, version) in old.derivations where manifest.derivations[name] == nil {
            manifest.derivations[name] = version
        }
        if manifest != before { try replace(manifest) }
    }
}
