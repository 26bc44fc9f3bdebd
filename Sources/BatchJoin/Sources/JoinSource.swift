import Synchronization

/// A source in a run: its rows with an index over their keys, and which of them have a result so far.
///
/// Many tasks look rows up; the lock guards what was matched.
final class JoinSource: Sendable {
    /// The source as the user named it, for all batches.
    private let origin: JoinSourcePlace
    let content: SourceContent
    /// Whether its rows are requests, which all go under one name.
    let holdsRequests: Bool
    /// The data columns of the source, for flat rows; in the source's order.
    let columns: [String]
    let findings: JoinSourceFindings
    private let scanner: JoinRowScanner
    /// Where the first row is: after a byte order mark and a header.
    private let start: Int
    private let index: any JoinIndex
    private let progress: Mutex<Progress>

    private struct Progress {
        var marks: RowMarks
        /// How many rows got a result, by batch in the order of the batches.
        var matchesByBatch: [Int] = []
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

    /// The path as the user wrote it, with the batch's id in place of `{batch_id}`.
    var path: String { findings.path }
    /// Whether it is for all batches of the run, not for one.
    var isForAllBatches: Bool { !origin.isPerBatch }
    /// The name of the relation it belongs to.
    var relationName: String { holdsRequests ? JoinRelation.requestName : origin.stem }
    /// Whether rows belong to a batch by a column of their own.
    var hasBatch: Bool { scanner.hasBatch }
    var rowCount: Int { index.count }
}

/// A row of a source that belongs to a result.
struct JoinMatch: Sendable {
    /// The row's number in the index of its source, from 0.
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

    /// Passes on the rows that are the first with their key, in the order of the source, except those in `marks`.
    ///
    /// The data of a row is read only if it is asked for.
    func forEachRow(notIn marks: RowMarks? = nil, _ body: (JoinRow, () -> JoinContent) throws -> Void) throws {
        // Rows that cannot be read were reported when the index was made.
        var reading = RowReading(content, scanner, from: start, policy: .skip)
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
    /// The row at a place, read again.
    func row(at place: RowPlace, in content: SourceContent) throws -> (row: JoinRow, bytes: [UInt8]) {
        let bytes = try content.bytes(at: place.offset, count: place.length)
        // A row was there when the index was made: if there is none now, the file was changed.
        guard let row = try? row(atStartOf: bytes) else { throw JoinFailure(.changed, path: content.path) }
        return (row, bytes)
    }
}

// MARK: Matches

extension JoinSource {
    func beginBatch() {
        progress.withLock { $0.matchesByBatch.append(0) }
    }

    /// Marks rows that have a result in the batch that began last.
    func mark(_ positions: [Int]) {
        progress.withLock { progress in
            progress.matchesByBatch[progress.matchesByBatch.count - 1] += positions.count
            // Ids are unique inside a batch: a row marked before has a result in another one.
            for position in positions where !progress.marks.mark(position) { progress.sharedKeys += 1 }
        }
    }

    /// The rows that had results in several batches, counted since the last call.
    func resetSharedKeys() -> Int {
        progress.withLock { progress in
            defer { progress.sharedKeys = 0 }
            return progress.sharedKeys
        }
    }

    /// The number of the batch that has most of the rows, the first of several: rows without a result are most likely its
    /// own.
    var homeBatch: Int? {
        progress.withLock { progress in
            progress.matchesByBatch.max().flatMap { most in progress.matchesByBatch.firstIndex(of: most) }
        }
    }

    /// Passes on every row that has no result, in the order of the source.
    func forEachUnmatched(_ body: (JoinRow, () -> JoinContent) throws -> Void) throws {
        let marks = progress.withLock { $0.marks }
        guard marks.count < rowCount else { return }
        try forEachRow(notIn: marks, body)
        try content.checkUnchanged()
    }
}

/// One bit for each row of a source: whether a result was found for it.
struct RowMarks: Sendable {
    private var words: [UInt64]
    /// Rows marked.
    private(set) var count = 0

    /// For the rows of an index.
    init(rows: Int) {
        words = [UInt64](repeating: 0, count: (rows + 63) / 64)
    }

    /// Marks a row; false if it was marked before.
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

/// What was found in a source while its index was made.
package struct JoinSourceFindings: Sendable, Hashable {
    /// As the user wrote it, with the batch's id in place of `{batch_id}`.
    package var path: String
    /// Rows whose key occurs earlier already; the earlier row counts.
    package var duplicateKeys = 0
    /// Where the first of them are.
    package var duplicates: [Place] = []
    /// Rows that could not be read.
    package var skippedRows = 0
    package var skipped: [Place] = []
    /// Whether the index did not fit the memory allowed.
    package var isOnDisk = false

    /// A place in a source.
    package struct Place: Sendable, Hashable {
        /// From 1.
        package var line: Int
        /// From 0, in the unpacked content.
        package var byte: Int
    }
}
