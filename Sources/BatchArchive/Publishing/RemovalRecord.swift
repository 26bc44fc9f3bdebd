import FoundationEssentials
import MessageBatches

/// The record of a command that removes data files after it has updated their manifests; a file in `_partial`.
///
/// The record is written before the first manifest changes, and removed at the end of the command. If the command is
/// killed in between, the next run removes the files that the current manifests no longer name
/// (``finishInterrupted(in:)``). So it does not need to read all manifests to find them.
package enum RemovalRecord {
    /// A batch that the command changes.
    private struct Entry: Codable {
        /// The path of the manifest, and its revision and SHA-256 before the change.
        var manifest: String
        var revision: Int
        var sha256: String
    }

    /// A manifest after the change.
    private struct Change {
        var entry: Entry
        var text: [UInt8]
        var manifest: Manifest
        var paths: ArchivePaths
    }

    static let name = "removals"
    private static let path = "\(ArchivePaths.partial)/\(name)"

    /// Records the batches before their manifests change; needs the archive's lock.
    ///
    /// Call ``end(in:)`` when their files are removed and SHA256SUMS is updated.
    package static func begin(_ manifests: [Manifest], in folder: ArchiveFolder) throws(ArchiveFailure) {
        // A command of the same process may have stopped with an error.
        try finishInterrupted(in: folder)
        guard !manifests.isEmpty else { return }
        var entries: [Entry] = []
        for manifest in manifests {
            let path = try ArchivePaths(of: manifest.batch).manifest
            let digest = ContentDigest.hex(try folder.read(path))
            entries.append(Entry(manifest: path, revision: manifest.revision, sha256: digest))
        }
        guard let text = try? JSONEncoder().encode(entries) else {
            throw ArchiveFailure(.mismatch("the record cannot be written"), .write, path: folder.path(path))
        }
        try folder.replace(path, with: [UInt8](text))
    }

    /// Removes the record after the last removal.
    package static func end(in folder: ArchiveFolder) throws(ArchiveFailure) {
        try folder.remove(path)
    }

    /// Removes the files that an interrupted command has left, and updates the lines of its batches in SHA256SUMS.
    ///
    /// These are the files of a kind that the manifest of a recorded batch says is pruned, and the files of a join that
    /// it does not name. Publications must be finished first, because the current manifests decide.
    static func finishInterrupted(in folder: ArchiveFolder) throws(ArchiveFailure) {
        guard try folder.status(path) != nil else { return }
        let entries = try folder.document(at: path).flatMap { try? JSONDecoder().decode([Entry].self, from: Data($0)) }
        var changes: [Change] = []
        for entry in entries ?? [] {
            // A damaged or missing manifest proves nothing about its files; `verify` finds it.
            guard
                try folder.status(entry.manifest) != nil,
                let text = try folder.document(at: entry.manifest),
                let manifest = try? Manifest(json: text, path: entry.manifest),
                let paths = try? ArchivePaths(of: manifest.batch),
                paths.manifest == entry.manifest
            else { continue }
            // Another process has locked the batch, so its publication is not finished.
            guard try folder.status(paths.draftManifest) == nil else { return }
            changes.append(Change(entry: entry, text: text, manifest: manifest, paths: paths))
        }
        for change in changes {
            let unjoined = DataKind.ofJoin.filter { change.manifest.files[$0] == nil }
            for path in change.manifest.prunedPaths + unjoined.map({ change.paths.data($0) }) {
                try remove(path, in: folder)
            }
        }
        try updateChecksums(of: changes, in: folder)
        try folder.remove(path)
    }

    /// Removes a file; something else in its place stays, and `verify` reports it.
    private static func remove(_ path: String, in folder: ArchiveFolder) throws(ArchiveFailure) {
        do throws(ArchiveFailure) {
            try folder.remove(path)
        } catch {
            guard error.isForeignObject else { throw error }
        }
    }

    /// Updates the lines of the changed batches in SHA256SUMS.
    ///
    /// If the line of a manifest was wrong before, it stays wrong, so that the damage is still found.
    private static func updateChecksums(of changes: [Change], in folder: ArchiveFolder) throws(ArchiveFailure) {
        guard let list = try ChecksumList.readable(in: folder) else { return }
        var digests = list.digests
        for change in changes where change.manifest.revision > change.entry.revision {
            guard digests[change.entry.manifest] == change.entry.sha256 else { continue }
            digests[change.entry.manifest] = ContentDigest.hex(change.text)
            for kind in DataKind.allCases {
                let file = change.manifest.files[kind]
                if file?.path != change.paths.data(kind) { digests[change.paths.data(kind)] = nil }
                if let file { digests[file.path] = file.sha256 }
            }
        }
        guard digests != list.digests else { return }
        try folder.replace(ArchivePaths.checksums, with: ChecksumList.text(of: digests))
    }
}
