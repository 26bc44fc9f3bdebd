import FoundationEssentials

/// A change of the files that contain the data of several batches: new files are moved in, old files are removed,
/// manifests are updated.
///
/// The plan is written and synced before the first step, and every step can be repeated. So the next run can finish an
/// interrupted change. Old files are removed right after the renames, so that readers of the folders find duplicate
/// rows only for a moment.
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
    }

    var moves: [Move] = []
    var removals: [String] = []
    var revisions: [Revision] = []

    private static let path = "\(ArchivePaths.partial)/rearrangement"

    /// Makes the change; the new files must be written and synced.
    func run(in folder: ArchiveFolder) throws(ArchiveFailure) {
        guard let plan = try? JSONEncoder().encode(self) else {
            throw ArchiveFailure(.mismatch("the plan cannot be written"), .write, path: folder.path(Self.path))
        }
        try folder.replace(Self.path, with: [UInt8](plan))
        try finish(in: folder)
    }

    /// Finishes the change of an interrupted run.
    static func finishInterrupted(in folder: ArchiveFolder) throws(ArchiveFailure) {
        guard try folder.status(path) != nil else { return }
        // The plan was renamed after it was complete, so a damaged one cannot be trusted and is ignored.
        guard let text = try folder.document(at: path),
            let plan = try? JSONDecoder().decode(DataRelocation.self, from: Data(text))
        else { return }
        try plan.finish(in: folder)
    }

    private func finish(in folder: ArchiveFolder) throws(ArchiveFailure) {
        for move in moves where try folder.status(move.from) != nil { try folder.rename(move.from, to: move.to) }
        let kept = Set(moves.map(\.to))
        for path in removals where !kept.contains(path) { try folder.remove(path) }
        for path in Set((moves.map(\.to) + removals).map { parentFolder(of: $0) }).sorted() { try folder.sync(path) }
        for revision in revisions { try revision.apply(in: folder) }
        for path in Set(revisions.map { parentFolder(of: $0.manifest) }).sorted() { try folder.sync(path) }
        try folder.remove(Self.path)
    }
}

extension DataRelocation.Revision {
    /// Writes the next revision of the manifest, unless it already names the new file.
    fileprivate func apply(in folder: ArchiveFolder) throws(ArchiveFailure) {
        var manifest = try Manifest(json: folder.read(self.manifest), path: folder.path(self.manifest))
        guard let kind = DataKind(rawValue: kind), var file = manifest.files[kind], file.path != path else { return }
        let start = file.slice?.lowerBound ?? 0
        file.path = path
        (file.bytes, file.sha256) = (bytes, sha256)
        file.slice = length.map { offset..<(offset + $0) }
        for index in file.members.indices { file.members[index].offset += offset - start }
        manifest.files[kind] = file
        manifest.revision += 1
        try folder.replace(self.manifest, with: manifest.json, syncing: .content)
    }
}
