package import BatchArchive
import Foundation

/// A problem with the catalog file, and how it was handled.
package enum CatalogEvent {
    /// The file did not exist; the catalog was built from this many manifests.
    case built(manifests: Int)
    /// The file could not be used. It was renamed to `name`, and a new catalog is built from the manifests and from the
    /// history that could still be read.
    case setAside(CatalogFailure, name: String, CatalogHistory)
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
            let (catalog, read) = try await updated { _ in }
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
        try await updated { try $0.removeBatchesInFiles() }.manifests
    }

    /// Opens a catalog in memory for a command that only reads: the rows of the file, updated from the files of the
    /// archive.
    ///
    /// The file of an earlier version is read like one of this version, and stays unchanged.
    /// If the file cannot be used, all batches are read from the files, and its history as far as possible.
    package func openForReading() async throws -> Catalog {
        let catalog = try isMissing ? Catalog(inMemory: ()) : stored()
        if FileManager.default.fileExists(atPath: folder.root) { try await update(catalog) }
        return catalog
    }

    /// The rows of the file, or as much of its history as can be read.
    private func stored() throws(CatalogFailure) -> Catalog {
        do {
            let catalog = try Catalog(reading: path)
            try catalog.checkRows()
            return catalog
        } catch {
            observe(.unreadable(error))
            let catalog = try Catalog(inMemory: ())
            try? catalog.add(CatalogHistory(of: path))
            return catalog
        }
    }

    /// The status of what is at the path, even of a link to nothing; nil if nothing is there.
    private var status: FileStatus? {
        try? FileStatus.of(path, followsLink: false)
    }

    /// Whether the file is missing or empty; a pipe or a device is neither, although its size is 0.
    private var isMissing: Bool {
        status.map { $0.kind == .file && $0.size == 0 } ?? true
    }

    /// Opens the file, changes it, and updates it from the files of the archive.
    ///
    /// A catalog that turns out to be damaged at any of these steps is set aside, and a new one takes its place.
    private func updated(_ change: (Catalog) throws -> Void) async throws -> (catalog: Catalog, manifests: Int) {
        do {
            let catalog = try open()
            try catalog.checkRows()
            try change(catalog)
            return (catalog, try await update(catalog))
        } catch let failure as CatalogFailure {
            if case .refused = failure { throw failure }
            let history = try setAside()
            let catalog = try open()
            try catalog.add(history)
            observe(.setAside(failure, name: Self.oldName, history))
            return (catalog, try await update(catalog))
        }
    }

    @discardableResult
    private func update(_ catalog: Catalog) async throws -> Int {
        try await ArchiveIndex(reader: ArchiveReader(folder), catalog: catalog).update()
    }

    private func open() throws(CatalogFailure) -> Catalog {
        if status == nil {
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

    /// Renames the file and its journals, and returns the history that can still be read.
    private func setAside() throws -> CatalogHistory {
        let files = FileManager.default
        let old = folder.path(Self.oldName)
        for suffix in ["", "-wal", "-shm", "-journal"] {
            if try FileStatus.of(old + suffix, followsLink: false) != nil { try files.removeItem(atPath: old + suffix) }
            if try FileStatus.of(path + suffix, followsLink: false) != nil {
                try files.moveItem(atPath: path + suffix, toPath: old + suffix)
            }
        }
        return CatalogHistory(of: old)
    }
}
