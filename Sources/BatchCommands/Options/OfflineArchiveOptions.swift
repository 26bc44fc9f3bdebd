import ArgumentParser
import BatchArchive

/// The option that names the archive of an offline command.
struct OfflineArchiveOptions: ParsableArguments {
    @OptionGroup var folder: ArchivePathOption

    /// The path of the archive's folder.
    var path: String { folder.path }

    /// The archives to read: the folder itself, or its subfolders if it contains one archive per workspace.
    ///
    /// - Throws: ``ArchiveFailure`` if the path is not an archive.
    func archives() throws(ArchiveFailure) -> [ArchiveFolders.Entry] {
        try ArchiveFolders.entries(at: path)
    }
}
