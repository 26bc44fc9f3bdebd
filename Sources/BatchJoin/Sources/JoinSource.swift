import Synchronization

/// An open source of a join: its rows, an index over their keys, and the marks of rows that have a result.
///
/// Many tasks look up rows at once. A lock protects the marks.
final class JoinSource: Sendable {
    /// The source as the user named it, for all batches.
    private let origin: JoinSourcePlace
    let content: SourceContent
    /// Whether the rows are requests; all requests share one relation.
    let holdsRequests: Bool
    /// The data columns for flat rows, in the order of the source.
    let columns: [String]
    let findings: JoinSourceFindings
    private let scanner: JoinRowScanner
    /// The offset of the first row, after a byte order mark and a header.
    private let start: Int
    private let index: any JoinIndex
    private let progress: Mutex<Progress>

    private struct Progress {
        var marks: RowMarks
        /// The number of rows with a result, per joined batch in the order of the batches.
        var matchesByBatch: [Int] = []
        /// The number of rows with a result in the current batch.
        var matches = 0
        var sharedKeys = 0
    }

    init(
        _ layout: SourceLayout,
        of origin: JoinSourcePlace,
        content: SourceContent,
        index: any JoinIndex,
        columns: [String],
        findings: JoinSourceFindings
    ) {
        self.origin = origin
        self.content = content
        self.index = index
        self.columns = columns
        self.findings = findings
        scanner = layout.scanner
        start = layout.start
        holdsRequests = layout.holdsRequests
        progress = Mutex(Progress(marks: RowMarks(rows: index.count)))
    }

    /// The path as the user wrote it, with the batch's ID instead of `{batch_id}`.
    var path: String { findings.path }
    /// Whether the source covers all batches of the run, and not only one.
    var isForAllBatches: Bool { !origin.isPerBatch }
    /// The name of the relation to which the source belongs.
    var relationName: String { holdsRequests ? JoinRelation.requestName : origin.stem }
    /// Whether a column says to which batch a row belongs.
    var hasBatch: Bool { scanner.hasBatch }
    var rowCount: Int { index.count }
}

/// A row of a source that matches a result.
struct JoinMatch: Sendable {
    /// The position of the row in the index of its source, from 0.
    var position: Int
    var content: JoinContent
}

// MARK: Rows

extension JoinSource {
    /// The first row with a key, or nil.
    func match(of key: JoinKey) throws -> JoinMatch? {
        for entry in try index.rows(withHash: key.hash) {
            let (row, bytes) = try scanner.row(at: entry.place, in: content)
            if row.key == key {
                return JoinMatch(position: entry.position, content: scanner.content(of: row, in: bytes))
            }
        }
        return nil
    }

    /// Calls `body` for each row that is the first with its key and is not in `marks`, in the order of the source.
    ///
    /// The data of a row is read only if `body` asks for it.
    func forEachRow(notIn marks: RowMarks? = nil, _ body: (JoinRow, () -> JoinContent) throws -> Void) throws {
        // Rows that cannot be read were reported when the index was built.
        var reading = SourceRowReader(content, scanner, from: start, policy: .skip)
        while let (row, place) = try reading.next() {
            let entries = try index.rows(withHash: row.key.hash)
            guard let entry = entries.first(where: { $0.place.offset == place.offset }) else { continue }
            if let marks, marks.contains(entry.position) { continue }
            try body(row) {
                let bytes = reading.bytes(of: row)
                var row = row
                row.range = bytes.indices
                return scanner.content(of: row, in: bytes)
            }
        }
    }
}

extension JoinRowScanner {
    /// Reads the row at a place again.
    func row(at place: RowPlace, in content: SourceContent) throws -> (row: JoinRow, bytes: [UInt8]) {
        let bytes = try content.bytes(at: place.offset, count: place.length)
        // The index lists a row here, so if there is none, the file has changed.
        guard let row = try? row(atStartOf: bytes) else { throw JoinFailure(.changed, path: content.path) }
        return (row, bytes)
    }
}

// MARK: Matches

extension JoinSource {
    func beginBatch() {
        progress.withLock { $0.matches = 0 }
    }

    /// Counts the current batch as joined; a batch whose join fails is not counted.
    func endBatch() {
        progress.withLock { $0.matchesByBatch.append($0.matches) }
    }

    /// Marks a row that has a result in a batch that is not joined.
    func markOther(_ position: Int) {
        progress.withLock { _ = $0.marks.mark(position) }
    }

    /// Whether a row has no result so far.
    var hasUnmatched: Bool { progress.withLock { $0.marks.count < rowCount } }

    /// Marks rows that have a result in the current batch.
    func mark(_ positions: [Int]) {
        progress.withLock { progress in
            progress.matches += positions.count
            // IDs are unique within a batch, so a row that is already marked has a result in another batch.
            for position in positions where !progress.marks.mark(position) { progress.sharedKeys += 1 }
        }
    }

    /// Returns the number of rows with results in several batches, counted since the last call.
    func resetSharedKeys() -> Int {
        progress.withLock { progress in
            defer { progress.sharedKeys = 0 }
            return progress.sharedKeys
        }
    }

    /// The number of the joined batch to which most of the rows belong; the first of several.
    ///
    /// Rows without a result most likely belong to it too.
    var homeBatch: Int? {
        progress.withLock { progress in
            progress.matchesByBatch.max().flatMap { most in progress.matchesByBatch.firstIndex(of: most) }
        }
    }

    /// Calls `body` for each row that has no result, in the order of the source.
    func forEachUnmatched(_ body: (JoinRow, () -> JoinContent) throws -> Void) throws {
        let marks = progress.withLock { $0.marks }
        guard marks.count < rowCount else { return }
        try forEachRow(notIn: marks, body)
        try content.checkUnchanged()
    }
}

/// One bit per row of a source, which says whether the row has a result.
struct RowMarks: Sendable {
    private var words: [UInt64]
    /// The number of marked rows.
    private(set) var count = 0

    /// Creates marks for an index with this many rows.
    init(rows: Int) {
        words = [UInt64](repeating: 0, count: (rows + 63) / 64)
    }

    /// Marks a row; returns false if it was already marked.
    @discardableResult
    mutating func mark(_ position: Int) -> Bool {
        let bit: UInt64 = 1 << UInt64(position % 64)
        guard words[position / 64] & bit == 0 else { return false }
        words[position / 64] |= bit
        count += 1
        return true
    }

    func contains(_ position: Int) -> Bool {
        words[position / 64] & (1 << UInt64(position % 64)) != 0
    }
}

/// The problems found in a source while its index was built.
package struct JoinSourceFindings: Sendable, Hashable {
    /// The path as the user wrote it, with the batch's ID instead of `{batch_id}`.
    package var path: String
    /// The number of rows whose key occurs in an earlier row; the earlier row counts.
    package var duplicateKeys = 0
    /// The places of the first duplicates.
    package var duplicates: [Place] = []
    /// The number of rows that could not be read.
    package var skippedRows = 0
    package var skipped: [Place] = []
    /// Whether the index is on disk because it exceeded the memory limit.
    package var isOnDisk = false

    /// A place in a source.
    package struct Place: Sendable, Hashable {
        /// The line number, from 1.
        package var line: Int
        /// The byte offset in the unpacked content, from 0.
        package var byte: Int
    }
}
