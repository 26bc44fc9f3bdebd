import FoundationEssentials
import SystemPackage

/// A change of the files that contain the data of several batches: new files are moved in, old files are removed,
/// manifests are updated.
///
/// The plan is written and synced before the first step, and every step can be repeated. So the next run can finish an
/// interrupted change. Manifests are updated between the renames and the removals, so after each step every manifest
/// names a file that exists, and its readers need no special case. Readers of the folders find duplicate rows until the
/// old files are removed.
struct DataRelocation: Codable {
    /// The move of a new file from `_partial` to its final path.
    struct Move: Codable {
        var from: String
        var to: String
    }

    /// The new location of the data of one batch.
    struct Revision: Codable {
        /// The path of the manifest.
        var manifest: String
        var kind: String
        var path: String
        /// Size and SHA-256 of the whole file.
        var bytes: Int
        var sha256: String
        /// The offset of the batch's members in the file.
        var offset: Int
        /// The length of the batch's part; nil if the file contains only this batch.
        var length: Int?
        /// SHA-256 of the manifest before and after the change; nil until the plan is written.
        var before: String?
        var after: String?
    }

    var moves: [Move] = []
    var removals: [String] = []
    var revisions: [Revision] = []

    private static let path = "\(ArchivePaths.partial)/rearrangement"

    /// Makes the change; the new files must be written and synced.
    ///
    /// `limit` stops after some of the steps, as a kill would.
    func run(in folder: ArchiveFolder, limit: Int = .max) throws(ArchiveFailure) {
        var plan = self
        for index in revisions.indices { try plan.revisions[index].addDigests(in: folder) }
        guard let text = try? JSONEncoder().encode(plan) else {
            throw ArchiveFailure(.mismatch("the plan cannot be written"), .write, path: folder.path(Self.path))
        }
        try folder.replace(Self.path, with: [UInt8](text))
        for step in plan.steps.prefix(limit) { try plan.perform(step, in: folder) }
    }

    /// Finishes the change of an interrupted run.
    static func finishInterrupted(in folder: ArchiveFolder) throws(ArchiveFailure) {
        guard let plan = try interrupted(in: folder) else { return }
        for step in plan.steps { try plan.perform(step, in: folder) }
    }

    /// Returns the change of an interrupted run, or nil.
    ///
    /// The plan was renamed after it was complete, so a damaged one cannot be trusted and is ignored.
    static func interrupted(in folder: ArchiveFolder) throws(ArchiveFailure) -> DataRelocation? {
        guard try folder.status(path) != nil, let text = try folder.document(at: path) else { return nil }
        let plan = try? JSONDecoder().decode(DataRelocation.self, from: Data(text))
        return plan.flatMap { $0.revisions.allSatisfy(\.hasValidNumbers) ? $0 : nil }
    }

    /// The old and new files, some of which no manifest names while the change is unfinished.
    var paths: Set<String> { Set(moves.map(\.to) + removals) }

    /// Returns whether an unfinished change explains that a manifest differs from its line in SHA256SUMS.
    func explains(_ manifest: String, listed: String, digest: String?) -> Bool {
        revisions.contains { $0.manifest == manifest && $0.before == listed && $0.after == digest }
    }

    enum Step {
        case move(Move)
        case sync(String)
        case revise(Revision)
        case remove(String)
        case updateChecksums
        case end
    }

    var steps: [Step] {
        let kept = Set(moves.map(\.to))
        let removed = removals.filter { !kept.contains($0) }
        func syncs(_ paths: [String]) -> [Step] { Set(paths.map { parentFolder(of: $0) }).sorted().map(Step.sync) }
        return moves.map(Step.move) + syncs(moves.map(\.to))
            + revisions.map(Step.revise) + syncs(revisions.map(\.manifest))
            + removed.map(Step.remove) + syncs(removed) + [.updateChecksums, .end]
    }

    private func perform(_ step: Step, in folder: ArchiveFolder) throws(ArchiveFailure) {
        switch step {
        case .move(let move): if try folder.status(move.from) != nil { try folder.rename(move.from, to: move.to) }
        case .sync(let path): try folder.sync(path)
        case .revise(let revision): try revision.apply(in: folder)
        case .remove(let path): try folder.remove(path)
        case .updateChecksums: try updateChecksums(in: folder)
        case .end: try folder.remove(Self.path)
        }
    }

    /// Updates the lines of the changed files in SHA256SUMS.
    ///
    /// If the line of a manifest was wrong before, it stays wrong, so that the damage is still found.
    private func updateChecksums(in folder: ArchiveFolder) throws(ArchiveFailure) {
        guard let list = try ChecksumList(in: folder) else { return }
        var digests = list.digests
        for path in removals { digests[path] = nil }
        for revision in revisions where digests[revision.manifest] != nil {
            if digests[revision.manifest] == revision.before { digests[revision.manifest] = revision.after }
            digests[revision.path] = revision.sha256
        }
        try folder.replace(ArchivePaths.checksums, with: ChecksumList.text(of: digests))
    }
}

extension DataRelocation.Revision {
    /// Whether all sizes and offsets are within the range of those in a manifest.
    fileprivate var hasValidNumbers: Bool {
        [bytes, offset, length ?? 0].allSatisfy((0...(1 << 53)).contains)
    }

    fileprivate mutating func addDigests(in folder: ArchiveFolder) throws(ArchiveFailure) {
        let text = try folder.read(manifest)
        before = ContentDigest.hex(text)
        after = try revised(text, in: folder).map { ContentDigest.hex($0.json) } ?? before
    }

    /// Writes the next revision of the manifest, unless it already names the new file.
    ///
    /// A manifest that was damaged or removed since is skipped, so that it does not stop the others; `verify` finds it.
    fileprivate func apply(in folder: ArchiveFolder) throws(ArchiveFailure) {
        let next: Manifest?
        do throws(ArchiveFailure) {
            next = try revised(folder.read(manifest), in: folder)
        } catch {
            switch error.cause {
            case .manifest, .system(.noSuchFileOrDirectory): return
            default: throw error
            }
        }
        if let next { try folder.replace(manifest, with: next.json, syncing: .content) }
    }

    /// Returns the next revision of a manifest; nil if it already names the new file.
    private func revised(_ text: [UInt8], in folder: ArchiveFolder) throws(ArchiveFailure) -> Manifest? {
        var manifest = try Manifest(json: text, path: folder.path(self.manifest))
        guard let kind = DataKind(rawValue: kind), var file = manifest.files[kind], file.path != path else {
            return nil
        }
        let start = file.slice?.lowerBound ?? 0
        file.path = path
        (file.bytes, file.sha256) = (bytes, sha256)
        file.slice = length.map { offset..<(offset + $0) }
        for index in file.members.indices { file.members[index].offset += offset - start }
        manifest.files[kind] = file
        manifest.revision += 1
        return manifest
    }
}
