import ArgumentParser
import BatchArchive

/// The option that names the archive of an offline command.
struct OfflineArchiveOptions: ParsableArguments {
    @Option(
        name: .customLong("archive"),
        help: ArgumentHelp(
            "Use the archive in this folder, or the archives in its workspace=NAME folders.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var path = "./archive"

    /// The archives to read: the folder itself, or its subfolders if it contains one archive per workspace.
    func archives() -> [ArchiveFolders.Entry] {
        ArchiveFolders.entries(at: path)
    }
}
