import JSONLines
package import MessageBatches

/// A manifest as its folder lists it, unread, with a number that tells whether it is still the one read before.
package struct StampedManifest: Sendable, Hashable {
    package var id: String
    /// The day of the folder it stands in.
    package var day: CalendarDay
    /// Of name and state of the file.
    ///
    /// It differs after every publishing, also of a manifest of equal size, and in a copy of the archive. Two states have the same by chance alone, once in 2^64.
    package var stamp: Int64
}

extension ArchiveReader {
    /// All manifests in no order, from what the folders tell of the files: a tenth of the time that reading them takes.
    package func stampedManifests() async throws -> [StampedManifest] {
        try await withThrowingTaskGroup(of: [StampedManifest].self) { group in
            // The time goes into one call of the system for each file; days are listed side by side.
            for day in try folder.manifestDays() {
                group.addTask { try folder.stampedManifests(of: day) }
            }
            var manifests: [StampedManifest] = []
            for try await part in group { manifests += part }
            return manifests
        }
    }
}

extension ArchiveFolder {
    fileprivate func stampedManifests(of day: CalendarDay) throws(ArchiveFailure) -> [StampedManifest] {
        let folder = "\(ArchivePaths.manifests)/date=\(day.text)"
        let prefix = Array("\(folder)/".utf8)
        var manifests: [StampedManifest] = []
        var key: [UInt8] = []
        for (name, state) in try SystemCall.states(in: path(folder)) where name.hasSuffix(".json") {
            let id = String(name.dropLast(".json".count))
            guard MessageBatch.isSafeID(id) else { continue }
            key.removeAll(keepingCapacity: true)
            key += prefix
            key += name.utf8
            key.append(word: state.number)
            for number in [state.size, state.modified, state.changed] {
                key.append(word: UInt64(bitPattern: number))
            }
            let stamp = Int64(bitPattern: KeyHash(key).high)
            manifests.append(StampedManifest(id: id, day: day, stamp: stamp))
        }
        return manifests
    }
}
