import ArgumentParser
import BatchArchive

/// The option `-a, --archive`, which names the archive of every command that uses one.
struct ArchivePathOption: ParsableArguments {
    /// The environment variable that names the archive if the option does not.
    static let variable = "BATCHKEEP_ARCHIVE"

    @Option(
        name: [.customShort("a"), .customLong("archive")],
        help: ArgumentHelp(
            "Use the archive in this folder (default: \(variable), otherwise ./archive).",
            valueName: "dir"
        ),
        completion: .directory,
        transform: NamedValue.path
    )
    var given: String?

    /// The path of the archive's folder.
    var path: String { given ?? Self.usualPath }

    /// The path without the option: from the environment variable, or `./archive`.
    static var usualPath: String { CommandContext.current.variable(variable) ?? "./archive" }
}

extension ArchivePathOption {
    /// The archives to read: the folder itself, or its subfolders if it contains one archive per workspace.
    ///
    /// - Throws: ``ArchiveFailure`` if the path is not an archive.
    func archives() throws(ArchiveFailure) -> [ArchiveFolders.Entry] {
        try ArchiveFolders.entries(at: path)
    }

    /// Opens and locks the archive for a run that writes.
    ///
    /// Cleans up what a killed run left.
    func open(_ settings: ArchiveSettings, lock: LockOptions) async throws -> OpenArchive {
        let folder = ArchiveFolder(path)
        let lock = try await lock.acquire(folder, context: .current)
        return try OpenArchive(folder, settings: settings, lock: lock)
    }

    /// Opens the archive without a lock, for a run that only reads or that locks one batch at a time.
    func openUnlocked(_ settings: ArchiveSettings) -> FileArchive {
        FileArchive(ArchiveFolder(path), settings: settings, isShared: true)
    }

    /// Checks the folder before a run writes to it, and warns about other files in the folder of a new archive.
    ///
    /// - Throws: ``ArchiveFailure`` if the archive would be mixed with other files.
    func checkFolder(warn: (String) -> Void) throws(ArchiveFailure) {
        let names = try ArchiveFolder(path).foreignNames()
        if !names.isEmpty { warn(FailureText.newArchive(in: path, among: names)) }
    }
}
