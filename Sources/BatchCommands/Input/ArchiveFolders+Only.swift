import BatchArchive

extension ArchiveFolders {
    /// The archive at a path, for a command whose work belongs to one source: requests of one workspace are not those of another.
    ///
    /// - Throws: ``CommandFailure/severalArchives(path:sources:)`` for the parent of several.
    static func only(at path: String) throws(CommandFailure) -> ArchiveFolder {
        let sources = entries(at: path).compactMap(\.source)
        guard sources.isEmpty else { throw .severalArchives(path: path, sources: sources) }
        return ArchiveFolder(path)
    }
}
