import BatchPipeline

/// `SHA256SUMS`: the digests of all data files, manifests, roll-ups and views, sorted by path.
///
/// It has the form that `sha256sum -c` checks.
struct ChecksumList: Sendable {
    /// The digests by path; invalid lines are skipped.
    private(set) var digests: [String: String] = [:]
    let bytes: [UInt8]
    /// The largest list in bytes, for some two million batches.
    private static let limit = 1 << 30
    /// The time when the list was written, in nanoseconds since the Unix epoch.
    let modified: Int64

    /// Reads the list of an archive; nil if it has none.
    init?(in folder: ArchiveFolder) throws(ArchiveFailure) {
        guard let status = try folder.status(ArchivePaths.checksums) else { return nil }
        modified = status.modified
        bytes = try folder.read(ArchivePaths.checksums, limit: Self.limit)
        // 64 digits, two spaces, the path.
        for line in bytes.split(separator: 0x0A) where line.count > 66 {
            digests[String(decoding: line.dropFirst(66), as: UTF8.self)] = String(
                decoding: line.prefix(64),
                as: UTF8.self
            )
        }
    }

    /// Reads the list of an archive; nil if it has none, or if something else is in its place.
    static func readable(in folder: ArchiveFolder) throws(ArchiveFailure) -> ChecksumList? {
        do throws(ArchiveFailure) {
            return try ChecksumList(in: folder)
        } catch {
            guard error.isForeignObject else { throw error }
            return nil
        }
    }

    /// The paths of the listed manifests.
    var manifests: [String] { digests.keys.filter { $0.hasPrefix("\(ArchivePaths.manifests)/") } }

    /// The listed roll-ups and views, with their digests.
    var documents: [String: String] {
        digests.filter { path, _ in ArchivePaths.isDocument(path) && ArchivedFile.staysInside(path) }
    }

    /// Returns the text of a list.
    static func text(of digests: [String: String]) -> [UInt8] {
        var text: [UInt8] = []
        for (path, digest) in digests.map({ (Array($0.key.utf8), $0.value) })
            .sorted(by: { $0.0.lexicographicallyPrecedes($1.0) })
        {
            text += Array("\(digest)  ".utf8)
            text += path
            text.append(0x0A)
        }
        return text
    }

    /// What a repair did to the lines of manifests, by batch ID.
    struct Repair: Sendable {
        /// The batches whose manifests were repaired; their lines are rebuilt.
        private(set) var repaired: Set<String> = []
        /// Batches whose lines stay unless they are repaired, so that damage of their manifests is still found.
        let kept: Set<String>

        init(keeping kept: Set<String> = []) {
            self.kept = kept
        }

        mutating func recordRepair(of id: String) {
            repaired.insert(id)
        }

        /// Returns whether the line of a manifest stays; nil if that depends on the time of the manifest.
        fileprivate func keepsLine(of path: String) -> Bool? {
            guard let id = ArchivePaths.id(ofManifest: path) else { return nil }
            if repaired.contains(id) { return false }
            return kept.contains(id) ? true : nil
        }
    }

    /// Rebuilds the list if it is outdated.
    ///
    /// The digests of data files come from the manifests, which are written with the data, so a rebuilt list does not
    /// hide damage. Only manifests are read, and usually only the new ones: a listed manifest that is older than the
    /// list keeps its line and the lines of its data files. If a listed manifest is missing or newer, all manifests are
    /// read, because the lines of its data files cannot be identified. A manifest that is older than the list still
    /// keeps its own digest. After a repair, all manifests are read, and the lines of data files are rebuilt from them.
    ///
    /// A listed roll-up or view keeps its line even if its file is missing or changed. Only a caller that writes the
    /// file again passes its path in `rewritten`, so that the list does not name it for now.
    static func update(
        in folder: ArchiveFolder,
        after repair: Repair? = nil,
        without rewritten: Set<String> = []
    ) async throws(ArchiveFailure) {
        // Something else in place of the list is replaced.
        let old = try readable(in: folder)
        let known = old?.digests ?? [:]
        let manifests = try folder.manifestPaths()
        var unchanged: [String: String] = [:]
        for path in manifests {
            guard let digest = known[path], let status = try folder.status(path), status.kind == .file,
                repair?.keepsLine(of: path) ?? (status.modified < old?.modified ?? 0)
            else { continue }
            unchanged[path] = digest
        }
        let isIntact = repair == nil && unchanged.count == old?.manifests.count ?? 0
        var digests = isIntact ? known : [:]
        let unread = manifests.filter { !isIntact || digests[$0] == nil }
        let found = try await mapConcurrently(
            unread.parts(of: ArchiveReader.manifestsPerTask),
            limit: ArchiveReader.tasksAtOnce
        ) { [unchanged] paths async throws(ArchiveFailure) in
            try Self.digests(of: paths, unchanged, in: folder)
        }
        for part in found { digests.merge(part) { $1 } }
        digests.merge(old?.documents ?? [:]) { $1 }
        for path in try folder.documentPaths() where digests[path] == nil && !rewritten.contains(path) {
            digests[path] = try ContentDigest.file(folder.open(path)).hex
        }
        for path in rewritten { digests[path] = nil }
        guard digests != old?.digests ?? [:] else { return }
        try folder.replace(ArchivePaths.checksums, with: text(of: digests))
    }

    /// Returns the batches whose manifests were damaged after they were listed.
    ///
    /// A manifest that is newer than the list was written by a run that did not finish, so it is not damaged.
    static func damagedManifests(
        among ids: Set<String>,
        in folder: ArchiveFolder
    ) throws(ArchiveFailure) -> Set<String> {
        guard !ids.isEmpty, let list = try readable(in: folder) else { return [] }
        var damaged: Set<String> = []
        for path in list.manifests {
            guard let id = ArchivePaths.id(ofManifest: path), ids.contains(id), let status = try folder.status(path),
                status.kind == .file, status.modified < list.modified,
                (try? ContentDigest.file(folder.open(path)))?.hex != list.digests[path]
            else { continue }
            damaged.insert(id)
        }
        return damaged
    }

    /// Returns the digests of manifests and of their data files; `unchanged` holds those of manifests that are known.
    private static func digests(
        of paths: ArraySlice<String>,
        _ unchanged: [String: String],
        in folder: ArchiveFolder
    ) throws(ArchiveFailure) -> [String: String] {
        var digests: [String: String] = [:]
        for path in paths {
            // Anything else in place of a manifest is skipped; `verify` reports it.
            guard let text = try folder.document(at: path) else { continue }
            digests[path] = unchanged[path] ?? ContentDigest.hex(text)
            // An unreadable manifest is skipped; `verify` reports it.
            guard let manifest = try? Manifest(json: text, path: path) else { continue }
            for file in manifest.files.values { digests[file.path] = file.sha256 }
        }
        return digests
    }
}
