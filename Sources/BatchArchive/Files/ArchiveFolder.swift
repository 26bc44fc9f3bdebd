/// The folder of an archive; everything in it is named by its path relative to it.
package struct ArchiveFolder: Sendable, Hashable {
    /// The path as the user gave it.
    package let root: String

    package init(_ root: String) {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
    }

    /// The full path of something in the archive; of the archive itself for "".
    package func path(_ relative: String) -> String {
        relative.isEmpty ? root : root + "/" + relative
    }

    package func open(_ relative: String, _ access: OpenFile.Access = .reading) throws(ArchiveFailure) -> OpenFile {
        try OpenFile(path(relative), access)
    }

    /// Nil if nothing is there.
    package func status(_ relative: String) throws(ArchiveFailure) -> SystemCall.Status? {
        try SystemCall.status(path(relative))
    }

    /// The sorted names in a folder; none if there is no such folder.
    package func names(in relative: String) throws(ArchiveFailure) -> [String] {
        do {
            return try SystemCall.names(in: path(relative)).sorted()
        } catch {
            guard error.code == SystemCall.notFound else { throw error }
            return []
        }
    }

    /// The whole content; meant for manifests and other small files.
    package func read(_ relative: String) throws(ArchiveFailure) -> [UInt8] {
        let file = try open(relative)
        let size = try file.size()
        // One byte more than there should be, so that a file that grew meanwhile is noticed by the loop.
        var bytes = try file.read(at: 0, count: size + 1)
        while bytes.count > size {
            let more = try file.read(at: bytes.count, count: 65_536)
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }

    /// Makes a folder and those above it, private to the user, and puts their names on the disk.
    package func makeFolder(_ relative: String) throws(ArchiveFailure) {
        try Self.makeFolder(path(relative))
    }

    private static func makeFolder(_ path: String) throws(ArchiveFailure) {
        if let status = try SystemCall.status(path) {
            guard status.isFolder else { throw ArchiveFailure(.notAFolder, .makeFolder, path: path) }
            return
        }
        let parent = parent(of: path)
        if parent != path { try makeFolder(parent) }
        do {
            try SystemCall.makeFolder(path)
        } catch {
            // Another run may have been faster.
            if error.code != SystemCall.exists { throw error }
        }
        try OpenFile(parent, .reading).sync()
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Puts the content of a file, or the names in a folder, on the disk.
    package func sync(_ relative: String) throws(ArchiveFailure) {
        try open(relative).sync()
    }

    /// Gives a file another name; what stood there is replaced in one step.
    package func rename(_ source: String, to target: String) throws(ArchiveFailure) {
        try SystemCall.rename(path(source), to: path(target))
    }

    /// Removes a file; it is fine if there is none.
    package func remove(_ relative: String) throws(ArchiveFailure) {
        do {
            try SystemCall.remove(path(relative))
        } catch {
            if error.code != SystemCall.notFound { throw error }
        }
    }

    /// Writes a new file, or a new content under an old name.
    func write(_ bytes: Span<UInt8>, to relative: String) throws(ArchiveFailure) {
        try open(relative, .creating).write(bytes)
    }
}
