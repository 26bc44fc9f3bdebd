/// `SHA256SUMS`: the digests of all data files and manifests, in the form `sha256sum -c` checks, sorted by path.
///
/// The digests of data files come from the manifests, written when the data was, so that the list never makes damage look
/// right. Only manifests are read, and normally only the new ones: a listed manifest that is older than the list keeps its
/// line and those of its data files. Where a listed manifest is gone or newer, all manifests are read, because the lines of
/// its data files cannot be told from others; one that is older than the list still keeps its own digest.
enum ChecksumList {
    private static let newList = "\(ArchivePaths.partial)/\(ArchivePaths.checksums)"

    /// Writes the list anew if it is not what it should be.
    ///
    /// Not `trustingOld` makes every line from the manifests as they are now, for repair.
    static func update(in folder: ArchiveFolder, trustingOld: Bool = true) throws(ArchiveFailure) {
        let old = try Listed(in: folder)
        let manifests = try folder.manifestPaths()
        var settled = Set<String>()
        for path in manifests where trustingOld && old.digests[path] != nil {
            guard let status = try folder.status(path), status.modified < old.modified else { continue }
            settled.insert(path)
        }
        let isIntact = trustingOld && settled.count == old.manifestCount
        var lines = isIntact ? old.digests : [:]
        for path in manifests where !isIntact || lines[path] == nil {
            let text = try folder.read(path)
            lines[path] = settled.contains(path) ? old.digests[path] : ContentDigest.hex(text)
            // A manifest nobody can read names no files; `verify` tells of it.
            guard let manifest = try? Manifest(json: text, path: path) else { continue }
            for file in manifest.files.values { lines[file.path] = file.sha256 }
        }
        if lines != old.digests { try write(lines, in: folder) }
    }

    /// The list as text, given digests by path.
    static func text(of lines: [String: String]) -> [UInt8] {
        var text: [UInt8] = []
        for (path, digest) in lines.map({ (Array($0.key.utf8), $0.value) })
            .sorted(by: { $0.0.lexicographicallyPrecedes($1.0) })
        {
            text += Array(digest.utf8)
            text += [0x20, 0x20]
            text += path
            text.append(0x0A)
        }
        return text
    }

    private static func write(_ lines: [String: String], in folder: ArchiveFolder) throws(ArchiveFailure) {
        let text = text(of: lines)
        try folder.makeFolder(ArchivePaths.partial)
        try folder.write(text.span, to: newList)
        try folder.sync(newList)
        try folder.rename(newList, to: ArchivePaths.checksums)
        try folder.sync("")
    }

    /// What the list said before.
    private struct Listed {
        var digests: [String: String] = [:]
        var manifestCount = 0
        /// When the list was written, in nanoseconds since the Unix epoch.
        var modified: Int64 = 0

        init(in folder: ArchiveFolder) throws(ArchiveFailure) {
            guard let status = try folder.status(ArchivePaths.checksums) else { return }
            modified = status.modified
            for line in try folder.read(ArchivePaths.checksums).split(separator: 0x0A) where line.count > 66 {
                let path = String(decoding: line.dropFirst(66), as: UTF8.self)
                digests[path] = String(decoding: line.prefix(64), as: UTF8.self)
                if path.hasPrefix(ArchivePaths.manifests + "/") { manifestCount += 1 }
            }
        }
    }
}
