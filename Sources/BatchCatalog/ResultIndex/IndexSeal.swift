import BatchArchive
import FoundationEssentials
import GRDB
import GRDBSQLite
import JSONLines

/// The digest of the result index, which the file stores in a table of its own.
///
/// SQLite notices damage of its structures only, so a changed value would be a wrong answer. A digest of all pages
/// finds any change. It is written after each commit, under the same lock, so a file whose digest is wrong is damaged
/// or its filling was killed. Either way it is filled again.
enum IndexSeal {
    /// The table; its row has a fixed size, so that an update changes its page and nothing else.
    static let table = """
        CREATE TABLE seal (digest BLOB NOT NULL);
        INSERT INTO seal VALUES (zeroblob(16));
        """

    /// The bytes of the file's header that the update of the digest changes: SQLite's counters of changes, and its
    /// version.
    ///
    /// A wrong value there changes no answer.
    private static let counters = [24..<28, 92..<100]

    /// Bytes to read at once, rounded to whole pages.
    private static let pieceSize = 1 << 20

    /// Whether the file is as it was after its last commit.
    ///
    /// Call it in a transaction, whose lock keeps others from writing.
    static func isIntact(_ database: Database) throws -> Bool {
        let stored = try DatabaseValue.fetchOne(database, sql: "SELECT digest FROM seal")
        guard case .blob(let stored)? = stored?.storage else { return false }
        return try Array(stored) == digest(of: database)
    }

    /// Commits the open transaction, and records the digest before another process can read the file.
    static func commit(_ database: Database) throws {
        // The lock of the commit is kept until the first read in the normal mode.
        try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
        defer { try? database.execute(sql: "PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema") }
        try database.commit()
        let digest = try digest(of: database)
        try database.execute(sql: "UPDATE seal SET digest = ?", arguments: [Data(digest)])
    }

    /// The digest of all pages but the one that stores it.
    private static func digest(of database: Database) throws -> [UInt8] {
        let root = try Int.fetchOne(database, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'seal'")
        let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size")
        guard let root, let pageSize, root > 1, pageSize >= 512 else { return [] }
        let own = ((root - 1) * pageSize)..<(root * pageSize)
        var digest: [UInt8] = Array(repeating: 0, count: 16)
        var offset = 0
        while true {
            var piece = try read(pieceSize, at: offset, of: database)
            if piece.isEmpty { return digest }
            for hidden in [own] + counters {
                for index in hidden.clamped(to: offset..<(offset + piece.count)) { piece[index - offset] = 0 }
            }
            offset += piece.count
            let hash = KeyHash(digest + piece)
            digest = []
            digest.append(word: hash.high)
            digest.append(word: hash.low)
        }
    }

    /// Reads bytes of the file through SQLite's own descriptor; fewer at the end of the file.
    ///
    /// To open the file a second time would release the locks that this process has on it, as soon as it is closed.
    private static func read(_ count: Int, at offset: Int, of database: Database) throws -> [UInt8] {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let found = unsafe sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file)
        guard found == SQLITE_OK, let file = unsafe file, let methods = unsafe file.pointee.pMethods else {
            throw DatabaseError(resultCode: .SQLITE_IOERR)
        }
        var size: Int64 = 0
        guard unsafe methods.pointee.xFileSize(file, &size) == SQLITE_OK else {
            throw DatabaseError(resultCode: .SQLITE_IOERR)
        }
        let count = max(0, min(count, Int(size) - offset))
        guard count > 0 else { return [] }
        return try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            let result = unsafe methods.pointee.xRead(file, buffer.baseAddress, CInt(count), Int64(offset))
            guard result == SQLITE_OK else { throw DatabaseError(resultCode: .SQLITE_IOERR) }
            initializedCount = count
        }
    }
}

/// The record, in a file next to the result index, that the index was found intact.
///
/// With it, a query need not read the whole index. The record has the size, the times and the number of the file. Every
/// later write changes the time of the last change, which programs cannot set. What it does not show is damage by the
/// disk itself.
struct IndexCheck {
    static let suffix = "-checked"

    let folder: ArchiveFolder

    /// The smallest difference of two times that shows their order, in nanoseconds.
    ///
    /// File systems record times in steps of up to a second.
    private static let timeStep: Int64 = 1_000_000_000

    private var path: String { ResultIndex.fileName + Self.suffix }

    /// The status of the index; nil if it cannot be read.
    func statusOfIndex() -> FileStatus? {
        try? folder.status(ResultIndex.fileName)
    }

    /// Whether the index with this status was found intact.
    ///
    /// A record that is not clearly younger than the index is ignored: a write within the same step of time could have
    /// followed it.
    func isRecorded(for status: FileStatus?) -> Bool {
        guard let status, let record = try? folder.status(path),
            record.modified.subtractingReportingOverflow(status.changed).partialValue >= Self.timeStep,
            let text = try? folder.read(path, limit: 1_000)
        else { return false }
        return text == Self.text(of: status)
    }

    /// Records that the index with this status is intact, if the archive can be written.
    func record(_ status: FileStatus?) {
        guard let status else { return }
        try? folder.remove(path)
        try? folder.write(Self.text(of: status).span, to: path)
    }

    private static func text(of status: FileStatus) -> [UInt8] {
        let numbers = [Int64(status.size), status.modified, status.changed].map(String.init)
        return Array((numbers + [String(status.device), String(status.number)]).joined(separator: " ").utf8)
    }
}
