import BatchAnalytics
import BatchArchive
import BatchCatalog
import BatchPipeline
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
        try index.setPrices(PriceTable.builtIn.rows.flatMap(\.indexed))
        var fill = Fill(missing, index: index, context: context)
        var damaged: [(failure: ArchiveFailure, id: String)] = []
        let pricer = Pricer(table: .builtIn)
        let scan = ArchiveScan(
            folder,
            of: .results,
            codec: try CodecChoice.auto.codec(),
            inFlight: 2 * ProcessInfo.processInfo.activeProcessorCount
        )
        try await scan.run(
            missing,
            work: { block, manifest in
                Result { () throws(ResultIndexFailure) in
                    let rows = try IndexedRows(block, of: manifest.batch.id) { pricer.picoDollars($0, manifest) }
                    return (manifest.batch.id, rows)
                }
            },
            take: { result in
                let (id, rows) = try result.get()
                try fill.take(rows, of: id)
                return true
            },
            damaged: { damaged.append(($0, $1.batch.id)) }
        )
        try fill.end(leavingOut: damaged.map(\.id))
        for entry in damaged { context.note("batchkeep: \(FailureText(entry.failure).sentence)") }
        return !damaged.isEmpty
    }

    /// The batches on their way into the index, one behind the other.
    private struct Fill {
        private var waiting: ArraySlice<Manifest>
        private var current: Manifest?
        private let index: ResultIndex
        private let context: CommandContext
        private var board: LiveBoard
        private let total: Int
        private var rows = 0

        init(_ manifests: [Manifest], index: ResultIndex, context: CommandContext) {
            waiting = manifests[...]
            total = manifests.count
            self.index = index
            self.context = context
            board = LiveBoard(context: context)
        }

        mutating func take(_ rows: IndexedRows, of id: String) throws {
            while current?.batch.id != id { try advance() }
            try index.append(rows)
            self.rows += rows.count
            guard context.notesAreTerminal else { return }
            let done = total - waiting.count
            let count = Figure("", .integer(self.rows), .integer).text
            board.show(["Indexing: batch \(done) of \(total), \(count) rows"], at: context.now())
        }

        /// Ends the batch at work and begins the next one.
        private mutating func advance() throws {
            if current != nil { try index.commit() }
            current = waiting.popFirst()
            guard let current else { return }
            try index.begin(
                ResultIndex.Batch(
                    batch: current.batch,
                    revision: current.revision,
                    found: current.found,
                    rawBytes: current.files[.raw]?.content.bytes ?? current.pruned[.raw]?.content.bytes ?? 0
                )
            )
        }

        /// Batches with a file that could not be read are taken out again: half a batch would be counted as a whole one.
        mutating func end(leavingOut damaged: [String]) throws {
            while current != nil || !waiting.isEmpty { try advance() }
            board.clear()
            try index.remove(damaged)
        }
    }
}

extension Pricer {
    /// The cost of a flat row; nil without a price.
    fileprivate func picoDollars(_ row: IndexedRows.PricedRow, _ manifest: Manifest) -> Int64? {
        guard row.isSucceeded else { return 0 }
        let cost = cost(of: row.usage, model: row.model, geo: row.geo, day: manifest.batch.day)
        return cost.pricedRequests > 0 ? Int64(exactly: cost.batch.picoDollars) : nil
    }
}

extension PriceRow {
    /// The row under each name of its model.
    fileprivate var indexed: [ResultIndex.PriceEntry] {
        ([model] + aliases)
            .map { name in
                var entry = ResultIndex.PriceEntry(
                    model: name,
                    validFrom: validFrom?.text,
                    validTo: validTo?.text,
                    promptMinimum: promptMinimum,
                    promptMaximum: promptMaximum,
                    // Pico-dollars a token are millionths of dollars per million tokens.
                    input: Double(prices.input) / 1e6,
                    output: Double(prices.output) / 1e6
                )
                entry.cacheWrite5m = prices.cacheCreation5m.map { Double($0) / 1e6 }
                entry.cacheWrite1h = prices.cacheCreation1h.map { Double($0) / 1e6 }
                entry.cacheRead = prices.cacheRead.map { Double($0) / 1e6 }
                return entry
            }
    }
}
