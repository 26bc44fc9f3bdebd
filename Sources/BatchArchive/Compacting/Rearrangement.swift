import FoundationEssentials

/// Data that goes into other files: new files take their places, old ones go, manifests name the new ones.
///
/// Its plan is written and synced before the first step, and every step can be done twice, so that what was begun is finished
/// by the next run. Old files go right behind the renames: readers of the folders see a row twice for no longer than that.
struct Rearrangement: Codable {
    /// A new file's way from `_partial` to its place.
    struct Move: Codable {
        var from: String
        var to: String
    }

    /// Where the data of one batch lies from now on.
    struct Revision: Codable {
        /// The path of the manifest.
        var manifest: String
        var kind: String
        var path: String
        /// Size and SHA-256 of the whole file.
        var bytes: Int
        var sha256: String
        /// Where the batch's members begin in it.
        var offset: Int
        /// How long its part is; nil if the file is all its own.
        var length: Int?
    }

    var moves: [Move] = []
    var removals: [String] = []
    var revisions: [Revision] = []

    private static let path = "\(ArchivePaths.partial)/rearrangement"

    /// Does everything; the new files are written and synced already.
    func run(in folder: ArchiveFolder) throws(ArchiveFailure) {
        guard let plan = try? JSONEncoder().encode(self) else {
            throw ArchiveFailure(.mismatch("the plan cannot be written"), .write, path: folder.path(Self.path))
        }
        try folder.replace(Self.path, with: [UInt8](plan))
        try finish(in: folder)
    }

    /// Goes on with what a killed run began.
    static func finishInterrupted(in folder: ArchiveFolder) throws(ArchiveFailure) {
        guard try folder.status(path) != nil else { return }
        let text = try folder.read(path)
        // The plan was renamed when it was whole; a damaged one says nothing that could be trusted.
        guard let plan = try? JSONDecoder().decode(Rearrangement.self, from: Data(text)) else { return }
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

extension Rearrangement.Revision {
    /// Writes the manifest's next revision; nothing if it names the new file already.
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
