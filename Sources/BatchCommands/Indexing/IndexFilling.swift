import BatchArchive
import BatchCatalog
import BatchReports
import BlockGzip
import Foundation
import JSONLines
import MessageBatches

/// Brings the result index of an archive up to date: only batches that are new or have another revision are read.
struct IndexFilling {
    let folder: ArchiveFolder
    let index: ResultIndex
    let context: CommandContext

    /// Where the index of an archive lies: a file of its own, so that the nightly catalog stays small.
    static func path(in folder: ArchiveFolder) -> String { folder.path("results.sqlite") }

    /// Opens the index of an archive for writing; a new one is private to the user, as all files of an archive are.
    static func index(of folder: ArchiveFolder) throws -> ResultIndex {
        let path = path(in: folder)
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        return try ResultIndex(at: path)
    }

    /// Fills in what is missing.
    ///
    /// - Returns: Whether a file could not be read; its batch is left out.
    func run(_ manifests: [Manifest]) async throws -> Bool {
        let known = try index.revisions()
        let kept = Set(manifests.map(\.batch.id))
        try index.remove(known.keys.filter { !kept.contains($0) })
        let missing = manifests.filter { known[$0.batch.id] != $0.revision }
        guard !missing.isEmpty else { return false }
        let first = try index.nextNumber()
        let ids = missing.map(\.batch.id)
        let numbers = Dictionary(zip(ids, first...)) { $1 }
        var fill = Fill(missing, from: first, index: index, context: context)
        var damaged: [(failure: ArchiveFailure, id: String)] = []
        let scan = ArchiveScan(
            folder,
            of: .results,
            codec: try CodecChoice.auto.codec(),
            inFlight: 2 * ProcessInfo.processInfo.activeProcessorCount
        )
        try index.beginFilling(rows: missing.reduce(0) { $0 + $1.found.values.reduce(0, +) })
        try await scan.run(
            missing,
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
        for entry in damaged { context.note("batchkeep: \(FailureText(entry.failure).sentence)") }
        return !damaged.isEmpty
    }

    /// The batches on their way into the index, one behind the other.
    private struct Fill {
        /// What is killed loses about so many rows.
        private static let rowsPerSave = 500_000

        private var waiting: ArraySlice<Manifest>
        private var number: Int64
        private var current: Manifest?
        private let index: ResultIndex
        private let context: CommandContext
        private var board: LiveBoard
        private let total: Int
        private var rows = 0
        private var savedRows = 0

        init(_ manifests: [Manifest], from number: Int64, index: ResultIndex, context: CommandContext) {
            waiting = manifests[...]
            total = manifests.count
            self.number = number
            self.index = index
            self.context = context
            board = LiveBoard(context: context)
        }

        mutating func take(_ rows: IndexedRows, of id: String) throws {
            while current?.batch.id != id { try advance() }
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
            current = waiting.popFirst()
            guard let current else { return }
            try index.begin(
                ResultIndex.Batch(
                    number: number,
                    batch: current.batch,
                    revision: current.revision,
                    found: current.found,
                    rawBytes: current.files[.raw]?.content.bytes ?? current.pruned[.raw]?.content.bytes ?? 0
                )
            )
            number += 1
        }

        mutating func end(leavingOut damaged: [String]) throws {
            while current != nil || !waiting.isEmpty { try advance() }
            show("sorting the ids")
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
