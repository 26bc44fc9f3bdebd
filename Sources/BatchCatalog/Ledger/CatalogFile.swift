package import BatchArchive
import Foundation

/// What happened to a catalog that should have been there.
package enum CatalogEvent {
    /// There was none; it was built from this many manifests.
    case built(manifests: Int)
    /// It could not be used. It is kept under this name, and a new one is built from the manifests.
    case setAside(CatalogFailure, name: String)
    /// It could not be read. The manifests are read instead.
    case unreadable(CatalogFailure)
    /// It cannot be written. The run continues without it, so what the run learns about failed batches is not recorded.
    case unavailable(any Error)
}

/// Opens the catalog of an archive.
///
/// The catalog is an index, so a damaged one stops no run: it is rebuilt, and if that is impossible, the run gets one in
/// memory.
package struct CatalogFile {
    private let folder: ArchiveFolder
    private let observe: (CatalogEvent) -> Void

    package init(folder: ArchiveFolder, observe: @escaping (CatalogEvent) -> Void) {
        self.folder = folder
        self.observe = observe
    }

    private var path: String { folder.path(Catalog.fileName) }
    private static let oldName = "\(Catalog.fileName).old"

    /// The catalog for a run that holds the archive's lock, in line with the files.
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
    /// Runs, attempts and losses are in no file; they are kept if the old catalog can be read.
    package func rebuild() async throws -> Int {
        let catalog = try openOrReplace()
        try catalog.removeBatchesInFiles()
        return try await ArchiveIndex(reader: ArchiveReader(folder), catalog: catalog).update()
    }

    /// The catalog for a command that only reads: as it is, or built in memory from the files.
    package func openForReading() async throws -> Catalog {
        if FileManager.default.fileExists(atPath: path) {
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

    /// Whether there is no file, or only the name of one.
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
        if !FileManager.default.fileExists(atPath: path) {
            // SQLite would let others read it; the files next to it get the permissions of this one.
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

    /// Gives the file another name; its log belongs to it alone and is useless without it.
    private func setAside() throws {
        let files = FileManager.default
        let old = folder.path(Self.oldName)
        for leftover in [old, "\(path)-wal", "\(path)-shm"] where files.fileExists(atPath: leftover) {
            try files.removeItem(atPath: leftover)
        }
        try files.moveItem(atPath: path, toPath: old)
    }
}
