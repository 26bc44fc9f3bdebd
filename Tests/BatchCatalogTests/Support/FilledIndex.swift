import BatchCatalog
import Foundation
import JSONLines

/// A path for an index, removed at the end of the test.
func withIndexPath(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "index-\(UUID().uuidString).sqlite").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    defer { try? FileManager.default.removeItem(atPath: path + "-journal") }
    try body(path)
}

/// Fills in a batch with flat rows, up to `rowsPerBlock` per block.
func fill(_ path: String, batch: Int, rows: [String], rowsPerBlock: Int = .max) throws {
    let index = try ResultIndex(at: path)
    try index.beginUpdate()
    try index.expect(rows: rows.count)
    let number = try index.nextNumber()
    let id = "msgbatch_\(batch)"
    let entry = ResultIndex.Batch(
        batch: Samples.batch(id),
        revision: 1,
        found: ["succeeded": rows.count],
        rawBytes: 0,
        stamp: Int64(batch),
        content: "\(batch)",
        isOutdated: false
    )
    try index.begin(entry, number: number)
    var rest = rows[...]
    while !rest.isEmpty {
        let lines = rest.prefix(rowsPerBlock).map { $0 + "\n" }.joined()
        rest = rest.dropFirst(rowsPerBlock)
        let block = LineBlock(wholeLines: Array(lines.utf8), sequence: 0, firstLine: 1, byteOffset: 0)
        try index.append(IndexedRows(block, of: id, number: number))
    }
    try index.endUpdate(without: [])
}

/// All rows of a query.
func answer(_ sql: String, at path: String) throws -> [[IndexValue]] {
    var all: [[IndexValue]] = []
    try IndexQuery(at: path).run(sql) { _, rows in all += rows }
    return all
}
