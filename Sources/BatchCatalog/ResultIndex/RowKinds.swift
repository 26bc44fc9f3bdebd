import BatchPipeline
import GRDB
import JSONLines
import Synchronization

/// The values of ``ResultIndexSchema/kindColumns`` in one row.
struct RowKind: Sendable, Hashable {
    /// By column; nil for null.
    ///
    /// As UTF-8: `String` holds é and e + U+0301 for equal.
    var texts: [[UInt8]?]
}

/// Numbers the kinds of rows, and keeps what one reader of rows has learnt for the others; asked by many tasks at once.
package final class RowKinds: Sendable {
    private struct State {
        var numbers: [RowKind: Int64]
        var last: Int64
        var known = KnownKinds()
        var stretches: (batch: Int64, known: RowStretches)?
        /// Numbered since the last call of ``RowKinds/takeNew()``.
        var new: [(number: Int64, kind: RowKind)] = []
    }

    private let state: Mutex<State>

    /// Goes on from the kinds that are known.
    init(_ known: [(Int64, RowKind)]) {
        let numbers = Dictionary(known.map { ($1, $0) }) { first, _ in first }
        state = Mutex(State(numbers: numbers, last: known.map(\.0).max() ?? 0))
    }

    /// The number of a kind, from 1.
    func number(of kind: RowKind) -> Int64 {
        state.withLock { state in
            if let number = state.numbers[kind] { return number }
            state.last += 1
            state.numbers[kind] = state.last
            state.new.append((state.last, kind))
            return state.last
        }
    }

    /// The kinds as they were met in JSON until now.
    var known: KnownKinds { state.withLock { $0.known } }

    fileprivate func remember(_ known: KnownKinds) {
        state.withLock { $0.known.add(known) }
    }

    /// What rows of a batch, given by its number, were seen to have in common until now.
    func stretches(ofBatch number: Int64) -> RowStretches? {
        state.withLock { $0.stretches.flatMap { $0.batch == number ? $0.known : nil } }
    }

    /// Spares readers of the same batch what one has learnt; batches come one after the other, so the last one will do.
    func remember(_ stretches: RowStretches, ofBatch number: Int64) {
        state.withLock { state in
            if let old = state.stretches, old.batch == number, old.known.count >= stretches.count { return }
            state.stretches = (number, stretches)
        }
    }

    /// The kinds that are not written yet.
    func takeNew() -> [(number: Int64, kind: RowKind)] {
        state.withLock { state in
            defer { state.new = [] }
            return state.new
        }
    }
}

/// The numbers of kinds by the bytes of their values in JSON, so that these are decoded once.
///
/// Told by a hash made for bytes: a dictionary of the bytes themselves would hash them one by one, which took a third of the reading.
struct KnownKinds: Sendable {
    private var entries: [KeyHash: (key: [UInt8], number: Int64)] = [:]
    private var hasNew = false

    func number(of key: [UInt8], _ hash: KeyHash) -> Int64? {
        guard let entry = entries[hash], entry.key == key else { return nil }
        return entry.number
    }

    mutating func add(_ key: [UInt8], _ hash: KeyHash, number: Int64) {
        entries[hash] = (key, number)
        hasNew = true
    }

    fileprivate mutating func add(_ other: KnownKinds) {
        entries.merge(other.entries) { first, _ in first }
    }

    /// Spares other tasks the decoding, if anything is new.
    func share(with kinds: RowKinds) {
        if hasNew { kinds.remember(self) }
    }
}

extension RowKind {
    /// For each column of a kind whether it holds a boolean, which SQLite keeps as 0 or 1.
    private static let booleans = ResultIndexSchema.kindColumns.map { name in
        FlatSchema.columns.contains { $0.name == name && $0.kind == .boolean }
    }

    /// The value of a column as text.
    func text(_ column: String) -> String? {
        ResultIndexSchema.kindColumns.firstIndex(of: column).flatMap { texts[$0] }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The kinds a database holds, by number.
    static func all(in database: Database) throws -> [(Int64, RowKind)] {
        let columns = ResultIndexSchema.kindColumns
        return try Row.fetchAll(database, sql: "SELECT kind, \(columns.joined(separator: ", ")) FROM kinds")
            .map { row in
                let texts = zip(columns, booleans)
                    .map { column, isBoolean in
                        isBoolean
                            ? (row[column] as Bool?).map { Array("\($0)".utf8) }
                            : (row[column] as String?).map { Array($0.utf8) }
                    }
                return (row["kind"], RowKind(texts: texts))
            }
    }

    static func insert(_ kinds: [(number: Int64, kind: RowKind)], into database: Database) throws {
        let marks = Array(repeating: ", ?", count: booleans.count).joined()
        let statement = try database.makeStatement(sql: "INSERT INTO kinds VALUES (?\(marks))")
        for (number, kind) in kinds {
            let values = zip(kind.texts, booleans)
                .map { text, isBoolean -> DatabaseValue in
                    guard let text else { return .null }
                    let value = String(decoding: text, as: UTF8.self)
                    return isBoolean ? (value == "true").databaseValue : value.databaseValue
                }
            try statement.execute(arguments: StatementArguments([number.databaseValue] + values))
        }
    }
}
