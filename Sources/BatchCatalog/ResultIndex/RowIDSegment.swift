import Foundation
import GRDB
import JSONLines

/// A hash table on disk with the ids of the rows that were filled in together.
///
/// An index of SQLite would have to sort the ids, which takes as long as writing their rows. Here they are spread over pages by the
/// first bits of their hashes, in one go, and whoever looks for an id reads one page of each segment. What an id leads to is only a
/// suspicion: a batch taken out leaves its entries behind.
struct RowIDSegment {
    /// About so many ids lie in a page, which then fits in one of SQLite's.
    private static let idsPerPage = 256
    /// A segment with fewer first bits is small: it has up to 32,768 ids.
    private static let smallBits = 8
    /// So many small segments are looked through before they are made into one.
    private static let smallSegments = 64

    private var ids: [RowID] = []

    static let tables = """
        CREATE TABLE id_segments (segment INTEGER PRIMARY KEY, bits INTEGER NOT NULL);
        CREATE TABLE id_pages (page INTEGER PRIMARY KEY, ids BLOB NOT NULL);
        """

    mutating func append(_ more: [RowID]) { ids += more }

    /// Writes the ids as a segment and forgets them.
    mutating func flush(into database: Database) throws {
        guard !ids.isEmpty else { return }
        try write(into: database)
        ids.removeAll()
    }

    private func write(into database: Database) throws {
        var bits = 0
        while ids.count >> bits > Self.idsPerPage { bits += 1 }
        let sql = "INSERT INTO id_segments (bits) VALUES (?) RETURNING segment"
        guard let segment = try Int64.fetchOne(database, sql: sql, arguments: [bits]) else { return }
        let insertion = try database.cachedStatement(sql: "INSERT INTO id_pages VALUES (?, ?)")
        try forEachPage(bits: bits) { page, bytes in
            try insertion.execute(arguments: [segment << 32 | Int64(page), Data(bytes)])
        }
    }

    /// Gives the pages that are not empty, in order.
    private func forEachPage(bits: Int, _ body: (Int, [UInt8]) throws -> Void) rethrows {
        let unused = 32 - bits
        var places = [Int](repeating: 0, count: 1 << bits + 1)
        for id in ids { places[Int(id.hash >> unused) + 1] += 1 }
        for page in 1..<places.count { places[page] += places[page - 1] }
        let starts = places
        var spread = ids
        for id in ids {
            let page = Int(id.hash >> unused)
            spread[places[page]] = id
            places[page] += 1
        }
        var bytes: [UInt8] = []
        for page in 0..<1 << bits where starts[page] < starts[page + 1] {
            bytes.removeAll(keepingCapacity: true)
            for id in spread[starts[page]..<starts[page + 1]] { id.append(to: &bytes) }
            try body(page, bytes)
        }
    }

    /// The places of the rows that may have an id.
    static func places(of id: String, in database: Database) throws -> Set<Int64> {
        let hash = RowID.shortened(KeyHash(Array(id.utf8)))
        let sql = "SELECT ids FROM id_segments JOIN id_pages ON page = (segment << 32) | (? >> (32 - bits))"
        var places: Set<Int64> = []
        for page in try Data.fetchAll(database, sql: sql, arguments: [Int64(hash)]) {
            for id in RowID.all(in: Array(page)) where id.hash == hash { places.insert(id.place) }
        }
        return places
    }

    /// Makes one segment of the small ones where there are many, after many small fillings.
    static func mergeSmall(in database: Database) throws {
        let sql = "SELECT segment FROM id_segments WHERE bits < ?"
        let small = try Int64.fetchAll(database, sql: sql, arguments: [smallBits])
        guard small.count > smallSegments else { return }
        var merged = RowIDSegment()
        for segment in small {
            let range: StatementArguments = [segment << 32, segment << 32 | Int64(UInt32.max)]
            let pages = "FROM id_pages WHERE page BETWEEN ? AND ?"
            for page in try Data.fetchAll(database, sql: "SELECT ids \(pages)", arguments: range) {
                merged.append(RowID.all(in: Array(page)))
            }
            try database.execute(sql: "DELETE \(pages)", arguments: range)
            try database.execute(sql: "DELETE FROM id_segments WHERE segment = ?", arguments: [segment])
        }
        try merged.flush(into: database)
    }
}
