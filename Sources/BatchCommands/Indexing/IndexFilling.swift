import BatchArchive
import BatchCatalog
import BlockGzip
import Foundation
import JSONLines
import MessageBatches
import Tables

/// Brings the result index of an archive up to date: only batches that are new or have other rows are read.
struct IndexFilling {
    let folder: ArchiveFolder
    let context: CommandContext

    /// How often and how long to wait while another command fills the index.
    private static let (attempts, pause) = (60, Duration.seconds(1))

    /// Where the index of an archive lies: a file of its own, so that the nightly catalog stays small.
    static func path(in folder: ArchiveFolder) -> String { folder.path("results.sqlite") }

    /// The index of an archive for reading; nil if there is none, or one of another version of the program.
    static func index(of folder: ArchiveFolder) throws(ResultIndexFailure) -> IndexQuery? {
        let path = path(in: folder)
        guard FileManager.default.fileExists(atPath: path), case let index = try IndexQuery(at: path),
            try index.isCurrent()
        else { return nil }
        return index
    }

    /// Opens the index for writing; a new one is private to the user, as all files of an archive are.
    private func openForFilling() throws(ResultIndexFailure) -> ResultIndex {
        let path = Self.path(in: folder)
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        return try ResultIndex(at: path)
    }

    /// Fills in what is missing; where nothing is, the index is not opened for writing.
    ///
    /// - Returns: Whether a file could not be read; its batch is left out.
    func run() async throws -> Bool {
        var trouble = ScanErrors(context: context)
        let (gap, index) = try await beginWhenFree()
        if let index { try await fill(index, with: gap, &trouble) }
        trouble.report(gap.unreadable)
        return trouble.isDamaged
    }

    /// Begins as soon as no other command fills the index, within a minute.
    private func beginWhenFree() async throws -> (IndexGap, ResultIndex?) {
        for attempt in 0..<Self.attempts {
            do {
                return try await begin()
            } catch let failure as ResultIndexFailure {
                guard case .busy = failure else { throw failure }
                if attempt == 0 { context.note("\(FailureText(failure).sentence) Waiting for it to end.") }
            }
            try await context.clock.sleep(for: Self.pause)
        }
        return try await begin()
    }

    /// What is missing, and the index, opened for writing, if anything is.
    private func begin() async throws -> (IndexGap, ResultIndex?) {
        let reader = try ArchiveReader(folder)
        let old = try Self.index(of: folder)
        let gap = try await IndexGap(of: reader, in: old)
        guard old == nil || !gap.isEmpty else { return (gap, nil) }
        let index = try openForFilling()
        try index.beginFilling()
        // Another query may have filled it in the meantime.
        let current = try Self.index(of: folder)
        let isStill = try current?.stamps() == gap.known
        return (isStill ? gap : try await IndexGap(of: reader, in: current), index)
    }

    /// Enters manifests that were written anew about the same rows, so that the next `show` need not read them again.
    ///
    /// Left alone where it cannot be done at once: the archive may be read-only, or the index in use.
    func keepRevised(_ gap: IndexGap) {
        guard !gap.revised.isEmpty, let index = try? ResultIndex(at: Self.path(in: folder)) else { return }
        try? revise(index, with: gap)
    }

    private func revise(_ index: ResultIndex, with gap: IndexGap) throws {
        try index.beginFilling()
        guard try Self.index(of: folder)?.stamps() == gap.known else { return }
        for entry in gap.revised { try index.revise(ResultIndex.Batch(entry)) }
        try index.endFilling(without: [])
    }

    private func fill(_ index: ResultIndex, with gap: IndexGap, _ trouble: inout ScanErrors) async throws {
        try index.remove(gap.removed)
        for entry in gap.revised { try index.revise(ResultIndex.Batch(entry)) }
        let ids = gap.missing.map(\.manifest.batch.id)
        let numbers = Dictionary(uniqueKeysWithValues: zip(ids, try index.nextNumber()...))
        var fill = Fill(gap.missing, numbers: numbers, index: index, context: context)
        var damaged: [(failure: ArchiveFailure, id: String)] = []
        let scan = ArchiveScan(
            folder,
            of: .results,
            codec: try CodecChoice.auto.codec(),
            inFlight: 2 * ProcessInfo.processInfo.activeProcessorCount
        )
        try await scan.run(
            gap.missing.map(\.manifest),
            work: { [kinds = index.kinds] block, manifest in
                let id = manifest.batch.id
                return Result { () throws(ResultIndexFailure) in
                    (id, try IndexedRows(block, of: id, number: numbers[id] ?? 0, kinds: kinds))
                }
            },
            take: { result in
                let (id, rows) = try result.get()
                try fill.take(rows, of: id)
                return true
            },
            damaged: { damaged.append(($0, $1.batch.id)) }
        )
        // Half a batch would be counted as a whole one.
        try fill.end(leavingOut: damaged.map(\.id))
        trouble.report(damaged.map(\.failure))
    }

    /// The batches on their way into the index, one behind the other.
    private struct Fill {
        /// What is killed loses about so many rows.
        private static let rowsPerSave = 500_000

        private var waiting: ArraySlice<IndexGap.Entry>
        private let numbers: [String: Int64]
        private var current: String?
        private let index: ResultIndex
        private let context: CommandContext
        private var board: LiveBoard
        private let total: Int
        private var rows = 0
        private var savedRows = 0

        init(_ entries: [IndexGap.Entry], numbers: [String: Int64], index: ResultIndex, context: CommandContext) {
            waiting = entries[...]
            total = entries.count
            self.numbers = numbers
            self.index = index
            self.context = context
            board = LiveBoard(context: context)
        }

        mutating func take(_ rows: IndexedRows, of id: String) throws {
            while current != id { try advance() }
            try index.append(rows)
            self.rows += rows.count
            show("batch \(total - waiting.count) of \(total)")
        }

        /// Begins the next batch.
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

        mutating func end(leavingOut damaged: [String]) throws {
            while current != nil || !waiting.isEmpty { try advance() }
            try index.endFilling(without: damaged)
            board.clear()
        }

        private mutating func show(_ step: String) {
            guard context.notesAreTerminal else { return }
            let count = Figure("", .integer(rows), .integer).text
            board.show(["Indexing: \(step), \(count) rows"], at: context.now())
        }
    }
}

extension ResultIndex.Batch {
    fileprivate init(_ entry: IndexGap.Entry) {
        let manifest = entry.manifest
        let raw = manifest.files[.raw]?.content ?? manifest.pruned[.raw]?.content
        self.init(
            batch: manifest.batch,
            revision: manifest.revision,
            found: manifest.found,
            rawBytes: raw?.bytes ?? 0,
            stamp: entry.stamp,
            content: manifest.flatContent
        )
    }
}
