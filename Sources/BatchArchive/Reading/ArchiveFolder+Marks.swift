extension ArchiveFolder {
    /// Whether the folder is an archive: it contains `manifests`, `catalog.sqlite` or `SHA256SUMS`.
    ///
    /// One of them is enough, so that a damaged archive can still be verified and repaired. A folder `manifests` that
    /// contains something else, such as the manifests of a cluster, does not count.
    var isArchive: Bool {
        get throws(ArchiveFailure) {
            guard try FileStatus.of(root)?.isFolder == true else { return false }
            for name in [ArchivePaths.catalog, ArchivePaths.checksums] where try status(name) != nil { return true }
            guard try status(ArchivePaths.manifests)?.isFolder == true else { return false }
            let names = try names(in: ArchivePaths.manifests)
            return names.isEmpty || names.contains { $0.hasPrefix("date=") }
        }
    }

    /// Whether the folder is a copy with manifests and rows only, in which nothing is missing.
    ///
    /// Its manifests are those of the whole archive, so it must not be changed.
    package var isCopyWithoutRaw: Bool {
        get throws(ArchiveFailure) { try status(ArchivePaths.withoutRaw) != nil }
    }

    /// The kinds of files that manifests list and that the folder does not contain on purpose.
    var omittedKinds: Set<DataKind> {
        get throws(ArchiveFailure) { try isCopyWithoutRaw ? DataKind.withText : [] }
    }

    /// Checks that files may be written.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `copyWithoutRaw` for a copy without raw files.
    func checkIsWhole() throws(ArchiveFailure) {
        guard try isCopyWithoutRaw else { return }
        throw ArchiveFailure(.copyWithoutRaw, .open, path: root)
    }

    /// The names that a run writes in an archive, and that other programs use too.
    private static let written = Set(
        DataKind.allCases.map(\.rawValue)
            + [
                ArchivePaths.manifests, ArchivePaths.summaries, ArchivePaths.views, ArchivePaths.page,
                ArchivePaths.resultIndex,
            ]
    )

    /// Returns the names in a folder that is not an archive yet, but to which a run will write one.
    ///
    /// An archive, a missing folder and an empty folder have none. Hidden names, names that begin with `_`, archives of
    /// sources and `lost+found` are ignored: a mounted disk, a file manager or an interrupted first run leaves them.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `otherFiles` if something in the folder other than an empty folder has
    ///   a name that an archive uses, because it would be replaced by, or mixed with, files of the archive.
    package func foreignNames() throws(ArchiveFailure) -> [String] {
        guard let status = try FileStatus.of(root) else { return [] }
        guard status.isFolder else { throw ArchiveFailure(.notAFolder, .open, path: root) }
        if try isArchive { return [] }
        let names = try names(in: "")
            .filter { name in
                name != "lost+found" && ![".", "_", ArchiveFolders.prefix].contains { name.hasPrefix($0) }
            }
        var taken: [String] = []
        for name in names where Self.written.contains(name) {
            // An empty folder is a place that the user prepared, such as a link to another disk.
            let isFolder = try FileStatus.of(path(name))?.isFolder == true
            let content = isFolder ? try self.names(in: name) : []
            if !isFolder || !content.isEmpty { taken.append(name) }
        }
        guard taken.isEmpty else { throw ArchiveFailure(.otherFiles(taken), .create, path: root) }
        return names
    }
}
