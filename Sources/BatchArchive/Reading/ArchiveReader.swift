package import BatchPipeline
import FoundationEssentials
import JSONLines
package import MessageBatches
import SystemPackage

/// Reads an archive.
///
/// It never writes, so the archive may be read-only.
package struct ArchiveReader: Sendable {
    package let folder: ArchiveFolder
    /// The kinds of files that a copy does not have; its batches are read as if these files were pruned.
    private let omitted: Set<DataKind>

    /// The number of manifests per task: enough to justify a task, few enough to use all processors.
    static let manifestsPerTask = 64
    static var tasksAtOnce: Int { 2 * ProcessInfo.processInfo.activeProcessorCount }

    /// Opens an archive.
    ///
    /// - Throws: ``ArchiveFailure`` if the folder does not exist.
    package init(_ folder: ArchiveFolder) throws(ArchiveFailure) {
        self.folder = folder
        guard let status = try folder.status("") else {
            throw ArchiveFailure(.noSuchFileOrDirectory, .open, path: folder.root)
        }
        guard status.isFolder else { throw ArchiveFailure(.notAFolder, .open, path: folder.root) }
        omitted = try folder.omittedKinds
    }

    /// The manifests of a selection, and the errors of those that cannot be read.
    package struct Listing: Sendable {
        /// Sorted by day, then by ID.
        package var manifests: [Manifest] = []
        package var unreadable: [ArchiveFailure] = []

        package init(_ manifests: [Manifest] = [], unreadable: [ArchiveFailure] = []) {
            self.manifests = manifests
            self.unreadable = unreadable
        }
    }

    /// Reads the manifests of a selection concurrently.
    ///
    /// A manifest that cannot be read is listed and does not stop the others. Only those that `isWanted` accepts stay
    /// in memory.
    package func manifests(
        of selection: ArchiveSelection = ArchiveSelection(),
        where isWanted: @escaping @Sendable (Manifest) -> Bool = { _ in true }
    ) async throws -> Listing {
        let parts = try folder.manifestPaths(of: selection).parts(of: Self.manifestsPerTask)
        let found = await mapConcurrently(parts, limit: Self.tasksAtOnce) { part async in
            read(part, of: selection, where: isWanted)
        }
        return Listing(found.flatMap(\.manifests), unreadable: found.flatMap(\.unreadable))
    }

    /// Adds up the batches of a selection from their manifests, concurrently.
    ///
    /// Only the summaries of the given kinds are decoded. Each batch is released after it is added, so memory depends
    /// only on `Result`. `add` and `merge` are called in any order, so their result must not depend on it. Manifests
    /// that cannot be read are returned next to the result.
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

    /// Returns the quarantined batches; unreadable reason files are listed too.
    ///
    /// A batch whose repair was quarantined is archived and not listed.
    package func quarantined() throws(ArchiveFailure) -> Listing {
        let names = try folder.names(in: ArchivePaths.quarantine).filter { $0.hasSuffix(".json") }
        var listing = read(names.map { "\(ArchivePaths.quarantine)/\($0)" }[...], of: ArchiveSelection())
        guard !listing.manifests.isEmpty else { return listing }
        let archived = try folder.archivedIDs()
        listing.manifests.removeAll { archived.contains($0.batch.id) }
        return listing
    }

    /// Returns the interrupted downloads that can be resumed.
    package func partialDownloads() throws(ArchiveFailure) -> [DraftJournal] {
        var journals: [DraftJournal] = []
        for name in try folder.names(in: ArchivePaths.partial) where name.hasSuffix("." + ArchivePaths.journalSuffix) {
            if let journal = try folder.journal(at: "\(ArchivePaths.partial)/\(name)") { journals.append(journal) }
        }
        return journals
    }

    /// Returns the IDs of all archived batches with their creation days, from the names of the manifests alone.
    package func archivedDays() throws(ArchiveFailure) -> [String: CalendarDay] {
        var days: [String: CalendarDay] = [:]
        for day in try folder.manifestDays() {
            for id in try folder.archivedIDs(of: day) { days[id] = day }
        }
        return days
    }

    /// Reads the manifest of one batch; nil if it is not archived.
    ///
    /// `day` is the day of the batch's creation.
    package func manifest(of id: String, on day: CalendarDay) throws(ArchiveFailure) -> Manifest? {
        let path = ArchivePaths.manifest(of: id, on: day)
        guard MessageBatch.isSafeID(id), try folder.status(path) != nil else { return nil }
        return try read(path)
    }

    private func read(_ path: String) throws(ArchiveFailure) -> Manifest {
        var manifest = try Manifest(json: folder.read(path), path: folder.path(path))
        for kind in omitted { manifest.files[kind] = nil }
        return manifest
    }

    private func read(
        _ paths: ArraySlice<String>,
        of selection: ArchiveSelection,
        where isWanted: (Manifest) -> Bool = { _ in true }
    ) -> Listing {
        var listing = Listing()
        for path in paths {
            do throws(ArchiveFailure) {
                let manifest = try read(path)
                try check(manifest.batch, at: path)
                if selection.contains(manifest.batch), isWanted(manifest) { listing.manifests.append(manifest) }
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

    /// Throws if a manifest has the name or the folder of another batch, which would be counted twice.
    private func check(_ batch: MessageBatch, at path: String) throws(ArchiveFailure) {
        guard let reason = ArchivePaths.misplacement(of: batch, at: path) else { return }
        throw ArchiveFailure(.manifest(reason), .read, path: folder.path(path))
    }
}

// MARK: Unread manifests

/// A manifest that has not been read, with a stamp that changes when the file changes.
package struct StampedManifest: Sendable, Hashable {
    package var id: String
    /// The day of its folder.
    package var day: CalendarDay
    /// A hash of name and status of the file.
    ///
    /// It changes with every publication, even if the size stays the same, and in a copy of the archive. Two different
    /// states have the same stamp with a probability of 2⁻⁶⁴.
    package var stamp: Int64
}

extension ArchiveReader {
    /// Returns all manifests from their names and statuses; ten times as fast as reading them.
    package func stampedManifests() async throws -> [StampedManifest] {
        // Each file needs a system call, so several days are listed concurrently.
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
    /// Returns slices of `count` elements; the last may be shorter.
    func parts(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}

/// A filter for the batches of an archive.
package struct ArchiveSelection: Sendable, Hashable {
    /// Created at or after this moment.
    package var since: Timestamp?
    /// Created before this moment.
    package var until: Timestamp?
    /// Created on one of these days (UTC); nil for all days.
    package var days: Set<CalendarDay>?
    /// Nil for all ids.
    package var ids: Set<String>?

    package init(
        since: Timestamp? = nil,
        until: Timestamp? = nil,
        days: Set<CalendarDay>? = nil,
        ids: Set<String>? = nil
    ) {
        self.since = since
        self.until = until
        self.days = days
        self.ids = ids
    }

    /// Selects the batches of a window; with `ids`, only these batches.
    package init(_ window: BatchWindow, ids: Set<String>? = nil) {
        self.init(since: window.since, until: window.until, ids: ids)
    }

    package func contains(_ batch: MessageBatch) -> Bool {
        contains(batch.id, createdAt: batch.createdAt)
    }

    package func contains(_ id: String, createdAt: Timestamp) -> Bool {
        BatchWindow(since: since, until: until).contains(createdAt) && days?.contains(createdAt.day) ?? true
            && ids?.contains(id) ?? true
    }

    /// Whether the selection can contain batches of a day.
    func mayContain(_ day: CalendarDay) -> Bool {
        since.map { day >= $0.day } ?? true && until.map { day <= $0.day } ?? true && days?.contains(day) ?? true
    }
}
