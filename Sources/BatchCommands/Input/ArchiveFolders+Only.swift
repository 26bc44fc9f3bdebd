import BatchArchive

extension ArchiveFolders {
    /// The archive at a path, for a command that works on one workspace.
    ///
    /// - Throws: ``CommandFailure/severalArchives(path:sources:)`` if the path contains several archives.
    static func only(at path: String) throws(CommandFailure) -> ArchiveFolder {
        let sources = entries(at: path).compactMap(\.source)
        guard sources.isEmpty else { throw .severalArchives(path: path, sources: sources) }
        return ArchiveFolder(path)
    }
}
