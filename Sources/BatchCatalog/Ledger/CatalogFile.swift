package import BatchArchive
import Foundation

/// A problem with the catalog file, and how it was handled.
package enum CatalogEvent {
    /// The file did not exist; the catalog was built from this many manifests.
    case built(manifests: Int)
    /// The file could not be used. It was renamed to `name`, and a new catalog is built from the manifests.
    case setAside(CatalogFailure, name: String)
    /// The file could not be read. The manifests are read instead.
    case unreadable(CatalogFailure)
    /// The file cannot be written. The run continues without it, so failures of this run are not recorded.
    case unavailable(any Error)
}

/// Opens the catalog of an archive, and rebuilds it if it is missing or damaged.
///
/// If no file can be written, the run gets a catalog in memory.
package struct CatalogFile {
    private let folder: ArchiveFolder
    private let observe: (CatalogEvent) -> Void

    package init(folder: ArchiveFolder, observe: @escaping (CatalogEvent) -> Void) {
        self.folder = folder
        self.observe = observe
    }

    private var path: String { folder.path(Catalog.fileName) }
    private static let oldName = "\(Catalog.fileName).old"

    /// Opens the catalog for a run that has locked the archive, and updates it from the files.
    package func openForRun() async throws -> Catalog {
        do {
            let isMissing = isMissing
            let catalog = try openOrReplace()
            let read = try await ArchiveIndex(reader: ArchiveReader(folder), catalog: catalog).update()
            if isMissing, read > 0 { observe(.built(manifests: read)) }
            return catalog
        } catch {
            observe(.unavailable(error))
            return try Catalog(inMemory: ())
        }
    }

    /// Rebuilds the batch rows from the files, and returns the number of manifests read.
    ///
    /// Runs, attempts and losses are not recorded in files; they are kept if the old catalog can be read.
    package func rebuild() async throws -> Int {
        let catalog = try openOrReplace()
        try catalog.removeBatchesInFiles()
        return try await ArchiveIndex(reader: ArchiveReader(folder), catalog: catalog).update()
    }

    /// Opens the catalog for a command that only reads: the file as it is, or a catalog built in memory from the
    /// manifests.
    package func openForReading() async throws -> Catalog {
        if hasFile {
            do {
                return try Catalog(reading: path)
            } catch {
                observe(.unreadable(error))
            }
        }
        let catalog = try Catalog(inMemory: ())
        if FileManager.default.fileExists(atPath: folder.root) {
            try await ArchiveIndex(reader: ArchiveReader(folder), catalog: catalog).update()
        }
        return catalog
    }

    /// Whether anything is at the path, even a link to nothing.
    private var hasFile: Bool {
        (try? FileStatus.of(path, followsLink: false)) != nil
    }

    /// Whether the file is missing or empty.
    private var isMissing: Bool {
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        return (size ?? 0) == 0
    }

    private func openOrReplace() throws -> Catalog {
        do {
            return try open()
        } catch .refused(let path, let detail) {
            throw CatalogFailure.refused(path: path, detail: detail)
        } catch {
            observe(.setAside(error, name: Self.oldName))
            try setAside()
            return try open()
        }
    }

    private func open() throws(CatalogFailure) -> Catalog {
        if !hasFile {
            // SQLite would make the file readable by others. The files that SQLite creates next to it get the same
            // permissions.
            _ = FileManager.default.createFile(
                atPath: path,
                contents: nil,
                attributes: [.posixPermissions: 0o600]
            )
        }
        return try Catalog(path: path, usesWriteAheadLog: !isRemote)
    }

    private var isRemote: Bool {
        let resolved = URL(filePath: folder.root).resolvingSymlinksInPath()
        #if canImport(Darwin)
        return (try? resolved.resourceValues(forKeys: [.volumeIsLocalKey]).volumeIsLocal) == false
        #else
        return MountTable.current.isRemote(resolved.path)
        #endif
    }

    /// Renames the file, and removes its journal files, which are useless without it.
    private func setAside() throws {
        let files = FileManager.default
        let old = folder.path(Self.oldName)
        for leftover in [old, "\(path)-wal", "\(path)-shm"] where try FileStatus.of(leftover, followsLink: false) != nil
        {
            try files.removeItem(atPath: leftover)
        }
        try files.moveItem(atPath: path, toPath: old)
    }
}
