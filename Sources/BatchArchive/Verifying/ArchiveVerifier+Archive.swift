import MessageBatches

/// The checks that need the whole archive.
extension ArchiveVerifier {
    /// Checks `SHA256SUMS` against all manifests; nil for an archive that has neither.
    ///
    /// Files of manifests that are not listed yet are not damage: after an interrupted run, the next one adds them.
    func verdict(
        on reading: Result<ChecksumList?, ArchiveFailure>,
        _ stored: [StoredManifest],
        _ unfinished: DataRelocation?
    ) -> VerifiedFile? {
        let path = ArchivePaths.checksums
        let list: ChecksumList
        switch reading {
        case .success(let found?): list = found
        case .success(nil): return stored.isEmpty ? nil : VerifiedFile(path, .missing, reason: "not found")
        case .failure(let failure): return VerifiedFile(path, failure)
        }
        // The list is updated when the change of the files is finished.
        guard unfinished == nil else { return VerifiedFile(path) }
        // The files of a missing manifest are unknown; the manifest itself has been marked.
        let known = Set(stored.map(\.path))
        guard list.manifests.allSatisfy(known.contains) else { return VerifiedFile(path) }
        // Roll-ups and views have been compared with their lines.
        var expected = list.documents
        for manifest in stored where list.digests[manifest.path] != nil {
            // If a manifest differs from the list, the manifest has already been marked.
            expected[manifest.path] = list.digests[manifest.path]
            guard let manifest = manifest.manifest else { return VerifiedFile(path) }
            for file in present(manifest).values { expected[file.path] = file.sha256 }
        }
        let wanted = ChecksumList.text(of: expected)
        guard wanted != list.bytes else { return VerifiedFile(path) }
        let common = zip(wanted, list.bytes).prefix { $0 == $1 }.count
        let line = list.bytes[..<min(common, list.bytes.count)].count { $0 == 0x0A } + 1
        let reason = "line \(line) differs from the manifests"
        return VerifiedFile(path, .different, reason: reason, byteOffset: common)
    }

    /// Returns the files in the data folders that no manifest names, and missing manifests that SHA256SUMS lists.
    func extras(
        _ plan: VerifyPlan,
        named stored: [StoredManifest],
        _ list: ChecksumList?,
        _ unfinished: DataRelocation?
    ) throws(ArchiveFailure) -> [VerifiedFile] {
        guard plan.coversArchive else { return [] }
        var known = Set(stored.map(\.path)).union(unfinished?.paths ?? [])
        for manifest in stored { known.formUnion(manifest.manifest?.files.values.map(\.path) ?? []) }
        let pruned = Set(stored.flatMap { $0.manifest?.prunedPaths ?? [] })
        var found: [VerifiedFile] = []
        for part in [ArchivePaths.manifests] + DataKind.allCases.map(\.rawValue) {
            for path in try paths(below: part) where !known.contains(path) {
                var file = VerifiedFile(path, .extra, batchID: Self.id(in: path), reason: "no manifest lists it")
                file.isPruned = pruned.contains(path)
                found.append(file)
            }
        }
        for path in (list?.manifests ?? []).sorted() where !known.contains(path) {
            let reason = "\(ArchivePaths.checksums) lists it, but it does not exist"
            found.append(VerifiedFile(path, .missing, batchID: Self.id(in: path), reason: reason))
        }
        return found
    }

    /// Compares the roll-ups and views with SHA256SUMS.
    ///
    /// A file that is not listed yet is not damage: after an interrupted run, the next one adds it.
    func documents(_ plan: VerifyPlan, _ list: ChecksumList?) -> [VerifiedFile] {
        guard plan.coversArchive, let list else { return [] }
        return list.documents.sorted { $0.key < $1.key }
            .map { path, digest in
                do throws(ArchiveFailure) {
                    guard try folder.status(path) != nil else {
                        return VerifiedFile(path, .missing, reason: "not found")
                    }
                    guard plan.depth > .sizes, try ContentDigest.file(folder.open(path)).hex != digest else {
                        return VerifiedFile(path)
                    }
                    let reason = "its SHA-256 differs from \(ArchivePaths.checksums)"
                    return VerifiedFile(path, .different, reason: reason)
                } catch {
                    return VerifiedFile(path, error)
                }
            }
    }

    /// Returns the files in the folders of the days and those next to these folders.
    private func paths(below part: String) throws(ArchiveFailure) -> [String] {
        var paths: [String] = []
        for name in try folder.names(in: part) {
            let path = "\(part)/\(name)"
            let isFolder = try folder.status(path)?.isFolder ?? false
            paths += isFolder ? try folder.names(in: path).map { "\(path)/\($0)" } : [path]
        }
        return paths
    }

    /// Returns the batch ID in a file name; nil if it is not a valid ID, which is never sent to the API.
    private static func id(in path: String) -> String? {
        let name = path.split(separator: "/").last.map { String($0.prefix { $0 != "." }) }
        return name.flatMap { MessageBatch.isSafeID($0) ? $0 : nil }
    }
}
