package import BatchPipeline
import MessageBatches

/// The archives at a path: one archive, or one archive per source of a pipeline file in a common folder.
package enum ArchiveFolders {
    /// An archive and the name of its source in the pipeline file.
    package struct Entry: Sendable {
        /// Nil if the archive is not one of several.
        package let source: String?
        package let folder: ArchiveFolder

        package init(source: String?, folder: ArchiveFolder) {
            self.source = source
            self.folder = folder
        }
    }

    /// Returns the path of a source's archive in the common folder.
    package static func path(of source: String, in parent: String) -> String {
        ArchiveFolder(parent).path(prefix + source)
    }

    /// Returns the archives at a path: the path itself first, then those of the sources by name.
    ///
    /// A folder with archives of sources is included itself if it is an archive too, as happens when a pipeline file
    /// gets a second source. Folders of sources that are not archives, such as the empty folder of a source that has not
    /// run yet, are skipped.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `notAnArchive` if the path is not an archive.
    package static func entries(at path: String) throws(ArchiveFailure) -> [Entry] {
        let folder = ArchiveFolder(path)
        guard let status = try FileStatus.of(folder.root) else { throw .notAnArchive(path, .missing) }
        guard status.isFolder else { throw .notAnArchive(path, .file) }
        var entries = try folder.isArchive ? [Entry(source: nil, folder: folder)] : []
        for source in try sources(in: folder) {
            entries.append(Entry(source: source, folder: ArchiveFolder(Self.path(of: source, in: path))))
        }
        guard !entries.isEmpty else { throw .notAnArchive(path, .folder) }
        return entries
    }

    /// Returns whether a folder is an archive or contains archives of sources.
    static func hasArchive(_ folder: ArchiveFolder) throws(ArchiveFailure) -> Bool {
        if try folder.isArchive { return true }
        return try !sources(in: folder).isEmpty
    }

    /// Returns the sorted names of the sources that have an archive in a folder.
    private static func sources(in folder: ArchiveFolder) throws(ArchiveFailure) -> [String] {
        var sources: [String] = []
        for name in try folder.names(in: "") where name.hasPrefix(prefix) {
            let source = String(name.dropFirst(prefix.count))
            guard isSourceName(source), try ArchiveFolder(folder.path(name)).isArchive else { continue }
            sources.append(source)
        }
        return sources
    }

    /// Returns whether a text is a valid name of a source: `[a-z0-9_-]{1,64}`.
    package static func isSourceName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || byte.isDigit || byte == 0x5F || byte == 0x2D
            }
    }

    static let prefix = "workspace="
}

extension ArchiveFolders.Entry {
    /// Returns the manifests of a window; with `ids`, only those of these batches.
    package func manifests(_ window: BatchWindow, ids: Set<String>?) async throws -> ArchiveReader.Listing {
        try await ArchiveReader(folder).manifests(of: ArchiveSelection(window, ids: ids))
    }
}
