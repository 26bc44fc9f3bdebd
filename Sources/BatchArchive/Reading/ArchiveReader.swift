package import MessageBatches

/// Reads what an archive holds; never writes, so that a read-only archive will do.
package struct ArchiveReader: Sendable {
    package let folder: ArchiveFolder

    /// How many manifests one task reads: enough to be worth it, few enough to share the work out.
    private static let manifestsPerTask = 128

    /// - Throws: ``ArchiveFailure`` if there is no such folder.
    package init(_ folder: ArchiveFolder) throws(ArchiveFailure) {
        self.folder = folder
        guard let status = try folder.status("") else {
            let text = "No such file or directory"
            throw ArchiveFailure(.system(code: SystemCall.notFound, text: text), .open, path: folder.root)
        }
        guard status.isFolder else { throw ArchiveFailure(.notAFolder, .open, path: folder.root) }
    }

    /// The manifests of a window, and those that cannot be read.
    package struct Listing: Sendable {
        /// By day, then by id.
        package var manifests: [Manifest] = []
        package var unreadable: [ArchiveFailure] = []

        package init(_ manifests: [Manifest] = [], unreadable: [ArchiveFailure] = []) {
            self.manifests = manifests
            self.unreadable = unreadable
        }
    }

    /// Reads the manifests of a selection, several at a time.
    ///
    /// A manifest that cannot be read is listed, not thrown: the others are still good.
    package func manifests(of selection: ArchiveSelection = ArchiveSelection()) async throws -> Listing {
        let paths = try folder.manifestPaths(of: selection)
        let parts = stride(from: 0, to: paths.count, by: Self.manifestsPerTask)
            .map { start in
                paths[start..<min(start + Self.manifestsPerTask, paths.count)]
            }
        return await withTaskGroup(of: (Int, Listing).self) { group in
            for (index, part) in parts.enumerated() {
                group.addTask { (index, read(part, of: selection)) }
            }
            var found = [Listing](repeating: Listing(), count: parts.count)
            for await (index, listing) in group { found[index] = listing }
            return Listing(found.flatMap(\.manifests), unreadable: found.flatMap(\.unreadable))
        }
    }

    /// The batches that failed the gate; an unreadable reason is listed too.
    package func quarantined() throws(ArchiveFailure) -> Listing {
        var paths: [String] = []
        for name in try folder.names(in: ArchivePaths.quarantine) where name.hasSuffix(".json") {
            paths.append("\(ArchivePaths.quarantine)/\(name)")
        }
        return read(paths[...], of: ArchiveSelection())
    }

    /// The downloads that broke off and can go on.
    package func parked() throws(ArchiveFailure) -> [DraftJournal] {
        var journals: [DraftJournal] = []
        for name in try folder.names(in: ArchivePaths.partial) where name.hasSuffix("." + ArchivePaths.journalSuffix) {
            if let journal = try folder.journal(at: "\(ArchivePaths.partial)/\(name)") { journals.append(journal) }
        }
        return journals
    }

    /// The manifest of one batch, or nil if it is not archived.
    ///
    /// The day is that of the batch's creation.
    package func manifest(of id: String, on day: CalendarDay) throws(ArchiveFailure) -> Manifest? {
        let path = "\(ArchivePaths.manifests)/date=\(day.text)/\(id).json"
        guard MessageBatch.isSafeID(id), try folder.status(path) != nil else { return nil }
        return try Manifest(json: folder.read(path), path: folder.path(path))
    }

    private func read(_ paths: ArraySlice<String>, of selection: ArchiveSelection) -> Listing {
        var listing = Listing()
        for path in paths {
            do throws(ArchiveFailure) {
                let manifest = try Manifest(json: folder.read(path), path: folder.path(path))
                try Self.check(manifest.batch, at: path, in: folder)
                if selection.contains(manifest.batch) { listing.manifests.append(manifest) }
            } catch {
                listing.unreadable.append(error)
            }
        }
        return listing
    }

    /// Refuses the manifest of another batch: whoever copied it there would have that one counted twice.
    static func check(_ batch: MessageBatch, at path: String, in folder: ArchiveFolder) throws(ArchiveFailure) {
        guard !path.hasSuffix("/\(batch.id).json") else { return }
        throw ArchiveFailure(.manifest("it is the manifest of \(batch.id)"), .read, path: folder.path(path))
    }
}
