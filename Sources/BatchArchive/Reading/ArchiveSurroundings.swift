import FoundationEssentials
import SystemPackage

/// Finds archives near a path that is not an archive, for the hint of an error.
///
/// It only reads names and ignores folders that it cannot read.
enum ArchiveSurroundings {
    private static let maximumParents = 4
    /// Limits the time in large folders.
    private static let maximumNames = 1_000

    /// Returns the archives around a path: the closest folder above it that is one, otherwise those directly in it.
    ///
    /// For a path that does not exist, also those next to it. The paths begin as the user wrote the path if they are
    /// in it, otherwise they are absolute.
    static func archives(around path: String, isMissing: Bool) -> [String] {
        if let parent = archive(above: path) { return [parent] }
        guard isMissing else { return archives(in: ArchiveFolder(path)) }
        let parent = absolute(path).removingLastComponent().string
        return archives(in: ArchiveFolder(parent))
    }

    /// Returns the closest folder above a path that is an archive or contains archives of sources.
    private static func archive(above path: String) -> String? {
        var place = absolute(path)
        for _ in 0..<maximumParents where place.removeLastComponent() {
            if isArchive(ArchiveFolder(place.string)) { return place.string }
        }
        return nil
    }

    private static func archives(in folder: ArchiveFolder) -> [String] {
        let names = (try? folder.names(in: "")) ?? []
        return names.filter { !$0.hasPrefix(".") }.prefix(maximumNames)
            .map { folder.path($0) }
            .filter { isArchive(ArchiveFolder($0)) }
    }

    private static func isArchive(_ folder: ArchiveFolder) -> Bool {
        guard (try? FileStatus.of(folder.root))?.isFolder == true else { return false }
        return (try? ArchiveFolders.hasArchive(folder)) == true
    }

    private static func absolute(_ path: String) -> FilePath {
        FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(path)).lexicallyNormalized()
    }
}
