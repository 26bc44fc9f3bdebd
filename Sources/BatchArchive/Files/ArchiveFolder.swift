package import MessageBatches
import SystemPackage

/// The folder of an archive; all paths in it are relative to it.
package struct ArchiveFolder: Sendable, Hashable {
    /// The path as the user gave it.
    package let root: String

    package init(_ root: String) {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
    }

    /// Returns the full path of a file in the archive; "" is the archive itself.
    package func path(_ relative: String) -> String {
        relative.isEmpty ? root : root + "/" + relative
    }

    /// Opens a file of the archive, which is never a link: a link could lead to any file of the machine.
    package func open(_ relative: String, _ access: OpenFile.Access = .reading) throws(ArchiveFailure) -> OpenFile {
        try OpenFile(path(relative), access, followsLink: false)
    }

    /// Returns the status of a file or folder; nil if it does not exist.
    ///
    /// A link to a folder counts as this folder, because the archive or parts of it may be on another disk. Any other
    /// link counts as a link, because it is not a file of the archive.
    package func status(_ relative: String) throws(ArchiveFailure) -> FileStatus? {
        let path = path(relative)
        let status = try FileStatus.of(path, followsLink: false)
        guard status?.kind == .link, let target = try FileStatus.of(path), target.isFolder else { return status }
        return target
    }

    /// Returns whether a file at a path has the size and the SHA-256 that a manifest says.
    func holds(_ file: ArchivedFile, at relative: String) throws(ArchiveFailure) -> Bool {
        guard let status = try status(relative), status.kind == .file, status.size == file.bytes else { return false }
        return try ContentDigest.file(open(relative)).hex == file.sha256
    }

    /// Returns the sorted names in a folder; an empty list if the folder does not exist.
    package func names(in relative: String) throws(ArchiveFailure) -> [String] {
        do {
            return try SystemCall.names(in: path(relative)).sorted()
        } catch {
            guard error.code == .noSuchFileOrDirectory else { throw error }
            return []
        }
    }

    /// The largest document in bytes: a manifest with one million members has about half of that.
    static let documentLimit = 64 << 20

    /// Reads a document: a manifest or another small file.
    ///
    /// - Throws: ``ArchiveFailure``, with the cause `tooLarge` if it has more than `limit` bytes.
    package func read(_ relative: String, limit: Int = documentLimit) throws(ArchiveFailure) -> [UInt8] {
        try open(relative).contents(limit: limit)
    }

    /// Reads a document; nil if something else is in its place, or a file that is too large for a document.
    func document(at relative: String) throws(ArchiveFailure) -> [UInt8]? {
        do {
            return try read(relative)
        } catch {
            guard error.isForeignObject else { throw error }
            return nil
        }
    }

    /// Creates a folder and its parents, readable only by the user, and syncs their names.
    package func makeFolder(_ relative: String) throws(ArchiveFailure) {
        try Self.makeFolder(path(relative))
    }

    private static func makeFolder(_ path: String) throws(ArchiveFailure) {
        if let status = try FileStatus.of(path) {
            guard status.isFolder else { throw ArchiveFailure(.notAFolder, .makeFolder, path: path) }
            return
        }
        let parent = parentFolder(of: path)
        if parent != path { try makeFolder(parent) }
        do {
            try SystemCall.makeFolder(path)
        } catch {
            // Another run may have created it in the meantime.
            if error.code != .fileExists { throw error }
        }
        try OpenFile(parent, .folder).sync()
    }

    /// Syncs the content of a file, or the names in a folder, to the disk.
    package func sync(_ relative: String) throws(ArchiveFailure) {
        if try status(relative)?.isFolder == true {
            try OpenFile(path(relative), .folder).sync()
        } else {
            try open(relative).sync()
        }
    }

    /// Renames a file; an existing file with the new name is replaced atomically.
    package func rename(_ source: String, to target: String) throws(ArchiveFailure) {
        try SystemCall.rename(path(source), to: path(target))
    }

    /// Removes a file, if it exists.
    package func remove(_ relative: String) throws(ArchiveFailure) {
        do {
            try SystemCall.remove(path(relative))
        } catch {
            if error.code != .noSuchFileOrDirectory { throw error }
        }
    }

    /// Writes a file that no other process reads yet.
    ///
    /// For all other files, use ``replace(_:with:draft:syncing:)``.
    package func write(_ bytes: Span<UInt8>, to relative: String) throws(ArchiveFailure) {
        try open(relative, .creating).write(bytes)
    }
}

// MARK: Documents

extension ArchiveFolder {
    /// Replaces a document atomically; its folder is created if necessary.
    ///
    /// The draft is in `_partial`, under a name that belongs to no batch. The next run removes a draft that an
    /// interrupted run left. This needs the archive's lock, or a draft that belongs to a single claimed batch.
    package func replace(
        _ path: String,
        with document: [UInt8],
        draft: String? = nil,
        syncing: SyncedParts = .all
    ) throws(ArchiveFailure) {
        let draft = draft ?? "\(ArchivePaths.partial)/.new-\(path.split(separator: "/").joined(separator: "-"))"
        try makeFolder(ArchivePaths.partial)
        try Self.makeFolder(parentFolder(of: self.path(path)))
        try replaceFile(at: self.path(path), with: document.span, draft: self.path(draft), syncing: syncing)
    }

    /// Reads the journal of a draft up to its last complete line; nil if there is none, or if it is unreadable.
    func journal(at path: String) throws(ArchiveFailure) -> DraftJournal? {
        do {
            return try document(at: path).flatMap { DraftJournal(text: $0) }
        } catch {
            // Another process may have finished the batch in the meantime.
            guard error.code == .noSuchFileOrDirectory else { throw error }
            return nil
        }
    }
}

// MARK: Listing

extension ArchiveFolder {
    /// Returns the IDs of all batches that have a manifest, from the names of the manifests alone.
    func archivedIDs() throws(ArchiveFailure) -> Set<String> {
        var ids: Set<String> = []
        for day in try manifestDays() { ids.formUnion(try archivedIDs(of: day)) }
        return ids
    }

    /// Returns the days of those of the batches that have a manifest.
    func days(ofArchived ids: Set<String>) throws(ArchiveFailure) -> [String: CalendarDay] {
        guard !ids.isEmpty else { return [:] }
        var days: [String: CalendarDay] = [:]
        for day in try manifestDays() {
            for id in try archivedIDs(of: day) where ids.contains(id) { days[id] = day }
        }
        return days
    }

    /// Returns the sorted IDs of the batches that were created on a day and have a manifest.
    func archivedIDs(of day: CalendarDay) throws(ArchiveFailure) -> [String] {
        try names(in: ArchivePaths.manifestFolder(of: day)).compactMap { ArchivePaths.id(ofManifest: $0) }
    }

    /// Returns the manifests that may belong to a selection, from their names alone, sorted by path.
    func manifestPaths(of selection: ArchiveSelection = ArchiveSelection()) throws(ArchiveFailure) -> [String] {
        var paths: [String] = []
        for day in try manifestDays() where selection.mayContain(day) {
            for id in try archivedIDs(of: day) where selection.ids?.contains(id) ?? true {
                paths.append(ArchivePaths.manifest(of: id, on: day))
            }
        }
        return paths
    }

    /// Returns the days of all manifests, in order.
    package func manifestDays() throws(ArchiveFailure) -> [CalendarDay] {
        try names(in: ArchivePaths.manifests).filter { $0.hasPrefix("date=") }
            .compactMap { CalendarDay($0.dropFirst("date=".count)) }
    }

    /// Returns the paths of all roll-ups and views, without hidden files.
    func documentPaths() throws(ArchiveFailure) -> [String] {
        var paths: [String] = []
        for folder in ArchivePaths.documents { paths += try files(below: folder) }
        return paths
    }

    /// Returns the paths of the files in a folder and its subfolders, without hidden ones.
    private func files(below relative: String) throws(ArchiveFailure) -> [String] {
        var paths: [String] = []
        for name in try names(in: relative) where !name.hasPrefix(".") {
            let path = "\(relative)/\(name)"
            let isFolder = try status(path)?.isFolder ?? false
            paths += isFolder ? try files(below: path) : [path]
        }
        return paths
    }
}
