package import MessageBatches

/// Files of several batches of one day, to be combined to one file.
///
/// Choosing them is a pure function.
package struct Compaction: Sendable {
    package let kind: DataKind
    package let day: CalendarDay
    /// Sorted by batch ID; at least two.
    package let manifests: [Manifest]

    /// The total size of the files.
    package var bytes: Int { manifests.reduce(0) { $0.addingClamped($1.files[kind]?.bytes ?? 0) } }

    /// The kinds of files that can be combined: their rows contain the batch ID.
    ///
    /// Raw lines do not, so there is always one raw file per batch.
    package static let kinds: [DataKind] = [.results, .joined]

    /// Groups the files of each day by batch ID, so that each combined file has up to `targetSize` bytes.
    ///
    /// Only days before `before` are considered. Files of `targetSize` bytes or more stay unchanged.
    package static func choose(
        from manifests: [Manifest],
        before: CalendarDay,
        targetSize: Int
    ) -> [Compaction] {
        var chosen: [Compaction] = []
        let days = Dictionary(grouping: manifests.filter { $0.batch.day < before }, by: \.batch.day)
        for (day, manifests) in days.sorted(by: { $0.key < $1.key }) {
            for kind in kinds {
                var group: [Manifest] = []
                var size = 0
                func close() {
                    if group.count > 1 { chosen.append(Compaction(kind: kind, day: day, manifests: group)) }
                    (group, size) = ([], 0)
                }
                for manifest in manifests.sorted(by: { $0.batch.id < $1.batch.id }) {
                    guard let file = manifest.files[kind], file.slice == nil, file.bytes < targetSize else { continue }
                    if size + file.bytes > targetSize { close() }
                    group.append(manifest)
                    size += file.bytes
                }
                close()
            }
        }
        return chosen
    }
}

extension FileArchive {
    /// Combines the small files of the days before `before`, and updates SHA256SUMS.
    ///
    /// Needs the archive's lock.
    ///
    /// - Returns: The files that were combined.
    package func compact(before: CalendarDay, targetSize: Int) async throws -> [Compaction] {
        let manifests = try await ArchiveReader(folder).manifests().manifests
        let chosen = Compaction.choose(from: manifests, before: before, targetSize: targetSize)
        for compaction in chosen {
            try Task.checkCancellation()
            try compact(compaction)
        }
        try await finishRun()
        return chosen
    }

    /// Combines files to one; members are copied without compressing them again.
    ///
    /// `limit` stops after some of the steps, as a kill would.
    ///
    /// - Throws: ``ArchiveFailure`` with the cause `mismatch`, before anything is changed, if a file differs from its
    ///   manifest.
    func compact(_ compaction: Compaction, limit: Int = .max) throws(ArchiveFailure) {
        let kind = compaction.kind
        let draft = "\(ArchivePaths.partial)/compact"
        try folder.makeFolder(ArchivePaths.partial)
        let output = try folder.open(draft, .creating)
        var digest = ContentDigest()
        var offsets: [(manifest: Manifest, file: ArchivedFile, offset: Int)] = []
        for manifest in compaction.manifests {
            guard let file = manifest.files[kind] else { continue }
            offsets.append((manifest, file, digest.bytes))
            try copy(file, to: output, &digest)
        }
        try output.sync()
        let name = ContentDigest.hex(Array(compaction.manifests.map(\.batch.id).joined(separator: "\n").utf8))
            .prefix(12)
        let place = try ArchivePaths(of: compaction.manifests[0].batch).container(kind, name: String(name))
        var relocation = DataRelocation(moves: [DataRelocation.Move(from: draft, to: place)])
        for (manifest, file, offset) in offsets {
            relocation.removals.append(file.path)
            relocation.revisions.append(
                DataRelocation.Revision(
                    manifest: try ArchivePaths(of: manifest.batch).manifest,
                    kind: kind.rawValue,
                    path: place,
                    bytes: digest.bytes,
                    sha256: digest.hex,
                    offset: offset,
                    length: file.bytes
                )
            )
        }
        try relocation.run(in: folder, limit: limit)
    }

    /// Splits a combined file, so that each batch has its own file again.
    ///
    /// Damaged parts are copied too: they still differ from their manifests, and repair rebuilds them. A part that no
    /// manifest names is dropped.
    ///
    /// `manifests` are all manifests of the archive; those that name the file get a new revision. `limit` stops after
    /// some of the steps, as a kill would.
    package func expand(_ path: String, of manifests: [Manifest], limit: Int = .max) throws(ArchiveFailure) {
        var relocation = DataRelocation(removals: [path])
        let source: OpenFile? = try folder.status(path) == nil ? nil : folder.open(path)
        for manifest in manifests {
            let paths = try ArchivePaths(of: manifest.batch)
            for (kind, file) in manifest.files where file.path == path {
                guard let slice = file.slice else { continue }
                let size = try folder.status(path)?.size ?? 0
                let count = max(0, min(slice.upperBound, size) - slice.lowerBound)
                let bytes = try source?.read(at: slice.lowerBound, count: count) ?? []
                let draft = paths.draft(kind)
                try folder.makeFolder(ArchivePaths.partial)
                try folder.write(bytes.span, to: draft)
                try folder.sync(draft)
                relocation.moves.append(DataRelocation.Move(from: draft, to: paths.data(kind)))
                relocation.revisions.append(
                    DataRelocation.Revision(
                        manifest: paths.manifest,
                        kind: kind.rawValue,
                        path: paths.data(kind),
                        bytes: slice.count,
                        sha256: ContentDigest.hex(bytes),
                        offset: 0,
                        length: nil
                    )
                )
            }
        }
        try relocation.run(in: folder, limit: limit)
    }

    /// Copies a whole file and checks that it matches its manifest.
    private func copy(
        _ file: ArchivedFile,
        to output: borrowing OpenFile,
        _ digest: inout ContentDigest
    ) throws(ArchiveFailure) {
        let source = try folder.open(file.path)
        var own = ContentDigest()
        while true {
            let piece = try source.read(at: own.bytes, count: 1_048_576)
            if piece.isEmpty { break }
            own.update(piece)
            digest.update(piece)
            try output.write(piece.span)
        }
        guard own.hex == file.sha256 else {
            throw ArchiveFailure(.mismatch("its SHA-256 is different"), .read, path: folder.path(file.path))
        }
    }
}
