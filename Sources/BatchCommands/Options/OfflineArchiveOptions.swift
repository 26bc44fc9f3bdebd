import ArgumentParser
import BatchArchive

/// Which archive an offline command reads.
struct OfflineArchiveOptions: ParsableArguments {
    @Option(
        name: .customLong("archive"),
        help: ArgumentHelp("The archive's folder, or one that holds archives as workspace=NAME.", valueName: "dir")
    )
    var path = "./archive"

    /// The archives to read: the folder itself, or its children if it holds one for each workspace.
    func archives() -> [ArchiveFolders.Entry] {
        ArchiveFolders.entries(at: path)
    }
}
