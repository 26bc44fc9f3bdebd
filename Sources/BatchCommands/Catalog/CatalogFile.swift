import BatchArchive
import BatchCatalog
import Foundation

/// Opens the catalog of an archive.
///
/// The catalog is an index, so nothing that is wrong with it stops a run: it is made anew, and where that is impossible
/// the run gets one in memory.
struct CatalogFile {
    let folder: ArchiveFolder
    /// Takes warnings.
    let warn: (String) -> Void

    private var path: String { folder.path(Catalog.fileName) }
    private static let oldName = "\(Catalog.fileName).old"

    /// The catalog for a run that holds the archive's lock, in line with the files.
    func openForRun() async throws -> Catalog {
        do {
            let isMissing = isMissing
            let catalog = try openOrReplace()
            let read = try await ArchiveIndex(reader: ArchiveReader(folder), catalog: catalog).update()
            if isMissing, read > 0 { warn(FailureText.rebuilding(manifests: read)) }
            return catalog
        } catch {
            warn(FailureText.withoutCatalog(error))
            return try Catalog(inMemory: ())
        }
    }

    /// Makes the batch rows anew from the files, and returns how many manifests were read.
    ///
    /// Runs, attempts and losses stand in no file; they are kept where the old catalog can be read.
    func rebuild() async throws -> Int {
        let catalog = try openOrReplace()
        try catalog.removeBatchesInFiles()
        return try await ArchiveIndex(reader: ArchiveReader(folder), catalog: catalog).update()
    }

    /// The catalog for a command that only looks: as it is, or made in memory from the files.
    func openToLook() async throws -> Catalog {
        if FileManager.default.fileExists(atPath: path) {
            do {
                return try Catalog(reading: path)
            } catch {
                warn("\(FailureText(error).sentence) What follows is read from the manifests.")
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
            warn(FailureText.settingAside(error, as: Self.oldName))
            try setAside()
            return try open()
        }
    }

    private func open() throws(CatalogFailure) -> Catalog {
        if !FileManager.default.fileExists(atPath: path) {
            // SQLite would let others read it; the files beside it get the permissions of this one.
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
