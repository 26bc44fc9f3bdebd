import BatchAnalytics
package import BatchArchive
import BlockGzip
import Foundation
import JSONLines
import MessageBatches

/// Progress of filling the result index.
package enum IndexEvent {
    /// Another command is filling the index; this one waits for it.
    case waiting(ResultIndexFailure)
    /// The index is damaged, and is filled again from the flat files.
    case damaged
    /// The number of rows and batches indexed so far, and the total number of batches.
    case indexed(rows: Int, batches: Int, of: Int)
}

/// Updates the result index of an archive.
///
/// Only batches that are new or whose rows have changed are read.
package struct IndexUpdate {
    private let folder: ArchiveFolder
    private let clock: any Clock<Duration>
    private let observe: (IndexEvent) -> Void

    package init(folder: ArchiveFolder, clock: any Clock<Duration>, observe: @escaping (IndexEvent) -> Void) {
        self.folder = folder
        self.clock = clock
        self.observe = observe
    }

    /// How often and how long to wait while another command fills the index.
    private static let (attempts, pause) = (60, Duration.seconds(1))

    /// Adds missing batches, and removes batches that are gone.
    ///
    /// If nothing has changed, the index is not opened for writing.
    ///
    /// - Returns: The files that could not be read; their batches are skipped.
    package func run() async throws -> [ArchiveFailure] {
        let (differences, index) = try await beginWhenFree()
        let damaged = if let index { try await fill(index, with: differences) } else { [ArchiveFailure]() }
        return damaged + differences.unreadable
    }

    /// Begins filling when no other command fills the index; waits up to a minute.
    private func beginWhenFree() async throws -> (IndexDifferences, ResultIndex?) {
        for attempt in 0..<Self.attempts {
            do {
                return try await begin()
            } catch let failure as ResultIndexFailure {
                guard case .busy = failure else { throw failure }
                if attempt == 0 { observe(.waiting(failure)) }
            }
            try await clock.sleep(for: Self.pause)
        }
        return try await begin()
    }

    /// Compares the archive with the index, and opens the index for writing if they differ.
    private func begin() async throws -> (IndexDifferences, ResultIndex?) {
        let reader = try ArchiveReader(folder)
        let old = try IndexQuery(of: folder) { observe(.damaged) }
        let differences = try await IndexDifferences(of: reader, in: old)
        guard old == nil || !differences.isEmpty else { return (differences, nil) }
        let index: ResultIndex
        do throws(ResultIndexFailure) {
            index = try indexForUpdate()
        } catch {
            // A reader of the archive does not need an index with the current stamps.
            guard case .notWritable = error, old != nil, !differences.changeAnswers else { throw error }
            return (differences, nil)
        }
        // Another command may have updated the index in the meantime. Opening has checked the file.
        let current = try IndexQuery(at: ResultIndex.path(in: folder))
        let isUnchanged = try current.stamps() == differences.known
        return (isUnchanged ? differences : try await IndexDifferences(of: reader, in: current), index)
    }

    /// Opens the index and begins an update.
    private func indexForUpdate() throws(ResultIndexFailure) -> ResultIndex {
        let path = ResultIndex.path(in: folder)
        let files = FileManager.default
        // SQLite opens a file that it cannot write for reading, and fails only at the first change.
        guard
            files.isWritableFile(atPath: folder.root),
            files.isWritableFile(atPath: path) || !files.fileExists(atPath: path)
        else { throw .notWritable(path: path) }
        let index = try ResultIndex.opened(in: folder)
        try index.beginUpdate()
        return index
    }

    private func fill(_ index: ResultIndex, with differences: IndexDifferences) async throws -> [ArchiveFailure] {
        try index.remove(differences.removed)
        for entry in differences.revised { try index.revise(ResultIndex.Batch(entry)) }
        try index.expect(rows: differences.missing.flatMap(\.manifest.found.values).reduce(0) { $0.addingClamped($1) })
        let ids = differences.missing.map(\.manifest.batch.id)
        let numbers = Dictionary(zip(ids, try index.nextNumber()...)) { first, _ in first }
        var inserter = RowInserter(differences.missing, numbers: numbers, index: index, observe: observe)
        var damaged: [(failure: ArchiveFailure, id: String)] = []
        let scan = ArchiveScan(
            folder,
            of: .results,
            codec: try CodecChoice.auto.codec(),
            inFlight: 2 * ProcessInfo.processInfo.activeProcessorCount
        )
        try await scan.run(
            differences.missing.map(\.manifest),
            work: { block, manifest in
                let id = manifest.batch.id
                return Result { () throws(ResultIndexFailure) in
                    (id, try IndexedRows(block, of: id, number: numbers[id] ?? 0))
                }
            },
            consume: { result in
                let (id, rows) = try result.get()
                try inserter.insert(rows, of: id)
                return true
            },
            damaged: { damaged.append(($0, $1.batch.id)) }
        )
        // A batch with only some of its rows would look complete.
        try inserter.finish(without: damaged.map(\.id))
        return damaged.map(\.failure)
    }

    /// Inserts batches into the index one after the other.
    private struct RowInserter {
        /// The number of rows between two commits; a killed process loses about this many.
        private static let rowsPerSave = 500_000

        private var waiting: ArraySlice<IndexDifferences.Entry>
        private let numbers: [String: Int64]
        private var current: String?
        private let index: ResultIndex
        private let observe: (IndexEvent) -> Void
        private let total: Int
        private var rows = 0
        private var savedRows = 0

        init(
            _ entries: [IndexDifferences.Entry],
            numbers: [String: Int64],
            index: ResultIndex,
            observe: @escaping (IndexEvent) -> Void
        ) {
            waiting = entries[...]
            total = entries.count
            self.numbers = numbers
            self.index = index
            self.observe = observe
        }

        mutating func insert(_ rows: IndexedRows, of id: String) throws {
            while current != id { try advance() }
            try index.append(rows)
            self.rows += rows.count
            observe(.indexed(rows: self.rows, batches: total - waiting.count, of: total))
        }

        /// Commits if enough rows are pending, and begins the next batch.
        private mutating func advance() throws {
            if rows - savedRows > Self.rowsPerSave {
                try index.save()
                savedRows = rows
            }
            guard let entry = waiting.popFirst() else {
                current = nil
                return
            }
            let id = entry.manifest.batch.id
            current = id
            if let number = numbers[id] { try index.begin(ResultIndex.Batch(entry), number: number) }
        }

        mutating func finish(without damaged: [String]) throws {
            while current != nil || !waiting.isEmpty { try advance() }
            try index.endUpdate(without: damaged)
        }
    }
}

extension ResultIndex.Batch {
    init(_ entry: IndexDifferences.Entry) {
        let manifest = entry.manifest
        let raw = manifest.files[.raw]?.content ?? manifest.pruned[.raw]?.content
        self.init(
            batch: manifest.batch,
            revision: manifest.revision,
            found: manifest.found,
            rawBytes: raw?.bytes ?? 0,
            stamp: entry.stamp,
            content: manifest.flatContent,
            isOutdated: !Derivations.areCurrent(manifest.derivations)
        )
    }
}

extension ResultIndex {
    /// Opens the index of an archive for writing; a new file is private to the user, like all files of an archive.
    ///
    /// A file that SQLite cannot open is replaced.
    static func opened(in folder: ArchiveFolder) throws(ResultIndexFailure) -> ResultIndex {
        do {
            return try ResultIndex(at: file(in: folder))
        } catch .unusable(let path, let reason) {
            do {
                let suffixes = ["", "-journal", "-wal", "-shm", IndexCheck.suffix]
                for suffix in suffixes { try folder.remove(fileName + suffix) }
            } catch {
                throw ResultIndexFailure.unusable(path: path, reason: reason)
            }
            return try ResultIndex(at: file(in: folder))
        }
    }

    private static func file(in folder: ArchiveFolder) -> String {
        let path = path(in: folder)
        if (try? FileStatus.of(path, followsLink: false)) == nil {
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        return path
    }

    /// The name of an archive's index.
    static let fileName = ArchivePaths.resultIndex

    /// The path of an archive's index.
    ///
    /// The index has its own file so that the catalog stays small.
    package static func path(in folder: ArchiveFolder) -> String { folder.path(fileName) }
}

extension IndexQuery {
    /// Opens the index of an archive for reading; nil if it does not exist, another version of the program created it,
    /// or it is damaged.
    init?(of folder: ArchiveFolder, whenDamaged report: () -> Void = {}) throws(ResultIndexFailure) {
        let path = ResultIndex.path(in: folder)
        if (try? FileStatus.of(path, followsLink: false)) == nil { return nil }
        do throws(ResultIndexFailure) {
            try self.init(at: path)
            guard try isCurrent() else { return nil }
            if try isIntact(in: folder) { return }
        } catch {
            if case .busy = error { throw error }
            // An index that this user cannot read is not damaged.
            guard FileManager.default.isReadableFile(atPath: path) else { return nil }
        }
        report()
        return nil
    }
}
