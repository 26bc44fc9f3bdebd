import JSONLines
import SystemPackage

extension FileArchive {
    /// Removes the files of a join, and their entries, unless the manifest proves each of them: it names the file, and
    /// the digests of the file and of its content match.
    ///
    /// Without a raw file, no join can make them again, so files that the manifest names are kept.
    ///
    /// - Returns: `joinRemoved` or `joinKept`; nil if the manifest proves the files.
    func removeUnprovenJoin(of manifest: Manifest) throws(ArchiveFailure) -> ArchiveRepair.Outcome? {
        let paths = try ArchivePaths(of: manifest.batch)
        let named = DataKind.ofJoin.filter { manifest.files[$0] != nil }
        var isProven = true
        for kind in named.isEmpty ? DataKind.ofJoin : named where isProven {
            if let file = manifest.files[kind] {
                isProven = paths.allows(file, as: kind)
                if isProven, file.slice == nil { isProven = try hasItsContent(file) }
            } else {
                isProven = try folder.status(paths.data(kind)) == nil
            }
        }
        guard !isProven else { return nil }
        if manifest.lacksRaw, !named.isEmpty { return .joinKept }
        var next = manifest
        next.removeJoin()
        if next != manifest {
            next.revision += 1
            try replace(next)
        }
        for kind in DataKind.ofJoin { try folder.remove(paths.data(kind)) }
        return .joinRemoved
    }

    /// Returns whether a file and its content have the digests in the manifest.
    private func hasItsContent(_ file: ArchivedFile) throws(ArchiveFailure) -> Bool {
        do throws(ArchiveFailure) {
            guard try folder.holds(file, at: file.path) else { return false }
            let reader = try MemberReader(file, in: folder, codec: codec)
            var content = ContentDigest()
            for member in reader.members.indices { content.update(try reader.content(ofMember: member)) }
            return content.hex == file.content.sha256
        } catch {
            // A disk error does not prove that the file is damaged.
            if case .system(let code) = error.cause, code != .noSuchFileOrDirectory { throw error }
            return false
        }
    }
}

extension Manifest {
    private static let joinKeys = JSONKeyTable(["output"])

    /// Whether the joined files contain flat rows.
    var hasFlatJoin: Bool {
        guard let join else { return false }
        var form: String?
        _ = try? JSONCursor.read(join) { cursor throws(JSONSyntaxError) in
            try cursor.members(Self.joinKeys) { _, cursor throws(JSONSyntaxError) in form = try cursor.optionalText() }
        }
        return form == "flat"
    }

    /// Removes the join and the entries of its files; the next export with a join makes the files again.
    mutating func removeJoin() {
        for kind in DataKind.ofJoin { files[kind] = nil }
        isJoinPending = isJoinPending || join != nil
        join = nil
    }
}
