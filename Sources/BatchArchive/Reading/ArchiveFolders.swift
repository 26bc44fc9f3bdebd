package import BatchPipeline
import FoundationEssentials

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
    /// A folder with archives of sources is included itself only if it has archived batches, as happens when a pipeline
    /// file gets a second source. Any other path is one archive, even if nothing exists there yet.
    package static func entries(at path: String) -> [Entry] {
        let sources = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
            .filter { $0.hasPrefix(prefix) && isFolder("\(path)/\($0)") }
            .map { String($0.dropFirst(prefix.count)) }
            .filter(isSourceName)
            .sorted()
        let own = Entry(source: nil, folder: ArchiveFolder(path))
        let hasOwn = sources.isEmpty || isFolder(own.folder.path(ArchivePaths.manifests))
        return (hasOwn ? [own] : [])
            + sources.map { Entry(source: $0, folder: ArchiveFolder(Self.path(of: $0, in: path))) }
    }

    /// Returns whether a text is a valid name of a source: `[a-z0-9_-]{1,64}`.
    package static func isSourceName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F || byte == 0x2D
            }
    }

    private static let prefix = "workspace="

    private static func isFolder(_ path: String) -> Bool {
        (try? FileStatus.of(path))?.isFolder == true
    }
}

extension ArchiveFolders.Entry {
    /// Returns the manifests of a window; with `ids`, only those of these batches.
    package func manifests(_ window: BatchWindow, ids: Set<String>?) async throws -> ArchiveReader.Listing {
        try await ArchiveReader(folder).manifests(of: ArchiveSelection(window, ids: ids))
    }
}
