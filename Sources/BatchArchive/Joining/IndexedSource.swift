import BatchPipeline

/// A join source with the index over its keys.
final class IndexedSource: JoinSource {
    /// The source as the user named it, with the batch's id where its path has one.
    let place: JoinSourcePlace
    /// Whether its rows are requests, which all go under one name.
    let holdsRequests: Bool
    let content: SourceContent
    private let scanner: JoinRowScanner
    /// Where the first row is: behind a byte order mark and a header.
    private let start: Int
    private let index: any JoinIndex
    /// What is worth telling about the source.
    let findings: JoinSourceFindings
    let columns: [String]

    var hasBatch: Bool { scanner.hasBatch }
    var rowCount: Int { index.count }

    init(
        _ layout: SourceLayout,
        at place: JoinSourcePlace,
        content: SourceContent,
        index: any JoinIndex,
        columns: [String],
        findings: JoinSourceFindings
    ) {
        self.place = place
        self.content = content
        self.index = index
        self.columns = columns
        self.findings = findings
        scanner = layout.scanner
        start = layout.start
        holdsRequests = layout.holdsRequests
    }

    func partner(of key: JoinKey) throws -> JoinPartner? {
        for entry in try index.rows(withHash: key.hash) {
            let (row, bytes) = try Self.row(at: entry.place, in: content, scanner)
            if row.key == key {
                return JoinPartner(position: entry.position, content: Self.content(of: row, in: bytes, scanner))
            }
        }
        return nil
    }

    /// The position of the row at a place in the index; nil for a row whose key stands earlier already.
    func position(of row: JoinRow, at place: JoinPlace) throws -> Int? {
        try index.rows(withHash: row.key.hash).first { $0.place.offset == place.offset }?.position
    }

    /// Goes through all rows again, in the order of the source.
    func reading() -> RowReading {
        // What cannot be read was told of when the index was made.
        RowReading(content, scanner, from: start, policy: .skip)
    }

    func content(of row: JoinRow, bytes: [UInt8]) -> JoinContent {
        var row = row
        row.range = 0..<bytes.count
        return Self.content(of: row, in: bytes, scanner)
    }

    private static func content(of row: JoinRow, in bytes: [UInt8], _ scanner: JoinRowScanner) -> JoinContent {
        switch scanner {
        case .json: .json(row.range == bytes.indices ? bytes : Array(bytes[row.range]))
        case .delimited(let scanner):
            .cells(scanner.cells(atStartOf: bytes).enumerated().filter { scanner.isData($0.offset) }.map(\.element))
        }
    }

    /// The row at a place, read again.
    static func row(
        at place: JoinPlace,
        in content: SourceContent,
        _ scanner: JoinRowScanner
    ) throws -> (row: JoinRow, bytes: [UInt8]) {
        let bytes = try content.bytes(at: place.offset, count: place.length)
        // A row was there when the index was made: if there is none now, somebody wrote to the file.
        guard let row = try? scanner.row(atStartOf: bytes) else { throw JoinFailure(.changed, path: content.path) }
        return (row, bytes)
    }
}

/// What was found in a source while its index was made.
package struct JoinSourceFindings: Sendable, Hashable {
    /// As the user wrote it, with the batch's id where its path has one.
    package var path: String
    /// Rows whose key stands earlier already; the earlier row counts.
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
