import MessageBatches

/// A manifest in the archive, with its digest and the verdict on it.
struct StoredManifest: Sendable {
    let path: String
    /// SHA-256 of the file; nil if it cannot be read.
    let digest: String?
    /// Nil if the text is not a valid manifest.
    let manifest: Manifest?
    let verdict: VerifiedFile
    /// Whether the file's path matches the batch in the manifest.
    let isInPlace: Bool

    init(_ path: String, in folder: ArchiveFolder) {
        self.path = path
        let id = String(path[path.index(after: path.lastIndex(of: "/")!)...].dropLast(".json".count))
        do throws(ArchiveFailure) {
            let text = try folder.read(path)
            digest = ContentDigest.hex(text)
            do throws(ArchiveFailure) {
                let manifest = try Manifest(json: text, path: folder.path(path))
                let reason = Self.misplacement(of: manifest, at: path)
                isInPlace = reason == nil
                verdict = VerifiedFile(path, reason == nil ? .intact : .different, batchID: id, reason: reason)
                self.manifest = manifest
            } catch {
                (manifest, isInPlace) = (nil, false)
                verdict = VerifiedFile(path, error, batchID: id)
            }
        } catch {
            (digest, manifest, isInPlace) = (nil, nil, false)
            verdict = VerifiedFile(path, error, batchID: id)
        }
    }

    /// Returns the contradiction between a manifest and its path, or nil.
    private static func misplacement(of manifest: Manifest, at path: String) -> String? {
        if let reason = ArchivePaths.misplacement(of: manifest.batch, at: path) { return reason }
        let paths = try? ArchivePaths(of: manifest.batch)
        for (kind, file) in manifest.files where paths?.allows(file, as: kind) != true {
            return "it lists \(file.path) as its \(kind.rawValue) file"
        }
        return nil
    }

    func isSelected(_ plan: VerifyPlan) -> Bool {
        if let ids = plan.ids, !ids.contains(verdict.batchID ?? "") { return false }
        guard let created = manifest?.batch.createdAt else { return true }
        return plan.since.map { created >= $0 } ?? true && plan.until.map { created < $0 } ?? true
    }
}

extension ArchivePaths {
    /// Returns whether a data file of the batch may have this path: alone, or in a file of several batches.
    func allows(_ file: ArchivedFile, as kind: DataKind) -> Bool {
        guard let slice = file.slice else { return file.path == data(kind) }
        return kind != .raw && slice.upperBound <= file.bytes && file.path.hasPrefix("\(folder(kind))/compact.")
    }
}
