import ArgumentParser
import BatchArchive

/// The option that names the archive of an offline command.
struct OfflineArchiveOptions: ParsableArguments {
    @Option(
        name: .customLong("archive"),
        help: ArgumentHelp("The archive's folder, or one that holds archives as workspace=NAME.", valueName: "dir")
    )
    var path = "./archive"

    /// The archives to read: the folder itself, or its subfolders if it contains one archive per workspace.
    ///
    /// - Throws: ``ArchiveFailure`` if the path is not an archive.
    func archives() throws(ArchiveFailure) -> [ArchiveFolders.Entry] {
        try ArchiveFolders.entries(at: path)
    }
}
