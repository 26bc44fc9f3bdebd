package import BatchPipeline
import FoundationEssentials
import JSONLines
package import MessageBatches
import SystemPackage

/// Reads an archive; never writes, so that a read-only archive will do.
package struct ArchiveReader: Sendable {
    package let folder: ArchiveFolder

    /// How many manifests one task reads: enough to be worth a task, few enough to keep all processors busy.
    private static let manifestsPerTask = 64
    private static var tasksAtOnce: Int { 2 * ProcessInfo.processInfo.activeProcessorCount }

    /// - Throws: ``ArchiveFailure`` if there is no such folder.
    package init(_ folder: ArchiveFolder) throws(ArchiveFailure) {
        self.folder = folder
        guard let status = try folder.status("") else {
            throw ArchiveFailure(.noSuchFileOrDirectory, .open, path: folder.root)
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
        let parts = try folder.manifestPaths(of: selection).parts(of: Self.manifestsPerTask)
        let found = await mapConcurrently(parts, limit: Self.tasksAtOnce) { part async in read(part, of: selection) }
        return Listing(found.flatMap(\.manifests), unreadable: found.flatMap(\.unreadable))
    }

    /// Adds up the batches of a selection by what their manifests say, several at a time.
    ///
    /// Only the summaries of the given kinds are decoded. Each batch is released after it was added, so memory depends on
    /// `Result` alone. `add` and `merge` are not called in the order of the archive and must not depend on it. Manifests that
    /// cannot be read are returned next to the result.
    package func fold<Result: Sendable>(
        _ kinds: [any Summary.Type],
        of selection: ArchiveSelection,
        into empty: Result,
        _ add: @escaping @Sendable (inout Result, SummarizedBatch) -> Void,
        merge: (inout Result, Result) -> Void
    ) async throws -> (result: Result, unreadable: [ArchiveFailure]) {
        var parts = try folder.manifestPaths(of: selection).parts(of: Self.manifestsPerTask)[...]
        let kinds = SummaryKinds(kinds)
        var (result, unreadable) = (empty, [ArchiveFailure]())
        await mapConcurrently(limit: Self.tasksAtOnce, order: .completion) { () async in
            parts.popFirst()
        } work: { (part: ArraySlice<String>) async in
            fold(part, kinds, of: selection, into: empty, add)
        } consume: { (part: (result: Result, failures: [ArchiveFailure])) async in
            merge(&result, part.result)
            unreadable += part.failures
            return .proceed
        }
        return (result, unreadable.sorted { $0.path < $1.path })
    }

    /// The batches that failed the gate; an unreadable reason is listed too.
    package func quarantined() throws(ArchiveFailure) -> Listing {
        let names = try folder.names(in: ArchivePaths.quarantine).filter { $0.hasSuffix(".json") }
        return read(names.map { "\(ArchivePaths.quarantine)/\($0)" }[...], of: ArchiveSelection())
    }

    /// The interrupted downloads that can be resumed.
    package func parked() throws(ArchiveFailure) -> [DraftJournal] {
        var journals: [DraftJournal] = []
        for name in try folder.names(in: ArchivePaths.partial) where name.hasSuffix("." + ArchivePaths.journalSuffix) {
            if let journal = try folder.journal(at: "\(ArchivePaths.partial)/\(name)") { journals.append(journal) }
        }
        return journals
    }

    /// The ids of all archived batches with the days of their creation, from the names of the manifests alone.
    package func archivedDays() throws(ArchiveFailure) -> [String: CalendarDay] {
        var days: [String: CalendarDay] = [:]
        for day in try folder.manifestDays() {
            for id in try folder.archivedIDs(of: day) { days[id] = day }
        }
        return days
    }

    /// The manifest of one batch, or nil if it is not archived.
    ///
    /// The day is that of the batch's creation.
    package func manifest(of id: String, on day: CalendarDay) throws(ArchiveFailure) -> Manifest? {
        let path = ArchivePaths.manifest(of: id, on: day)
        guard MessageBatch.isSafeID(id), try folder.status(path) != nil else { return nil }
        return try Manifest(json: folder.read(path), path: folder.path(path))
    }

    private func read(_ paths: ArraySlice<String>, of selection: ArchiveSelection) -> Listing {
        var listing = Listing()
        for path in paths {
            do throws(ArchiveFailure) {
                let manifest = try Manifest(json: folder.read(path), path: folder.path(path))
                try check(manifest.batch, at: path)
                if selection.contains(manifest.batch) { listing.manifests.append(manifest) }
            } catch {
                listing.unreadable.append(error)
            }
        }
        return listing
    }

    private func fold<Result>(
        _ paths: ArraySlice<String>,
        _ kinds: SummaryKinds,
        of selection: ArchiveSelection,
        into empty: Result,
        _ add: (inout Result, SummarizedBatch) -> Void
    ) -> (result: Result, failures: [ArchiveFailure]) {
        var (result, failures) = (empty, [ArchiveFailure]())
        for path in paths {
            do throws(ArchiveFailure) {
                let json = try folder.read(path)
                let batch = try SummarizedBatch(json: json, kinds: kinds, path: folder.path(path))
                try check(batch.batch, at: path)
                if selection.contains(batch.batch) { add(&result, batch) }
            } catch {
                failures.append(error)
            }
        }
        return (result, failures)
    }

    /// Refuses a manifest under the name of another batch, which would be counted twice.
    private func check(_ batch: MessageBatch, at path: String) throws(ArchiveFailure) {
        guard !path.hasSuffix("/\(batch.id).json") else { return }
        throw ArchiveFailure(.manifest("it is the manifest of \(batch.id)"), .read, path: folder.path(path))
    }
}

// MARK: Unread manifests

/// A manifest as its folder lists it, unread, with a number that shows whether it is still the one read before.
package struct StampedManifest: Sendable, Hashable {
    package var id: String
    /// The day of the folder it is in.
    package var day: CalendarDay
    /// A hash of name and status of the file.
    ///
    /// It changes with every publication, also if the size stays the same, and in a copy of the archive. Two states have the
    /// same stamp by chance alone, once in 2^64.
    package var stamp: Int64
}

extension ArchiveReader {
    /// All manifests, from their names and statuses alone: a tenth of the time that reading them takes.
    package func stampedManifests() async throws -> [StampedManifest] {
        // The time goes into one system call per file, so several days are listed at a time.
        try await mapConcurrently(folder.manifestDays(), limit: Self.tasksAtOnce) { day async throws in
            try stampedManifests(of: day)
        }
        .flatMap(\.self)
    }

    private func stampedManifests(of day: CalendarDay) throws(ArchiveFailure) -> [StampedManifest] {
        let place = ArchivePaths.manifestFolder(of: day)
        let prefix = Array("\(place)/".utf8)
        var manifests: [StampedManifest] = []
        var key: [UInt8] = []
        for (name, status) in try SystemCall.statuses(in: folder.path(place)) {
            guard let id = ArchivePaths.id(ofManifest: name) else { continue }
            key.removeAll(keepingCapacity: true)
            key += prefix
            key += name.utf8
            key.append(word: status.number)
            for number in [Int64(status.size), status.modified, status.changed] {
                key.append(word: UInt64(bitPattern: number))
            }
            manifests.append(StampedManifest(id: id, day: day, stamp: Int64(bitPattern: KeyHash(key).high)))
        }
        return manifests
    }
}

extension Array {
    /// The elements in slices of `count`; the last may be shorter.
    fileprivate func parts(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}
