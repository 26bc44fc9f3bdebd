/// Reads the rows of a source from start to end, window by window.
struct SourceRowReader {
    /// The number of bytes to read at once; the window grows for a longer row.
    private static let pieceSize = 1_048_576
    /// The maximum number of places of invalid or repeated rows to list.
    static let maxListedPlaces = 1_000

    let content: SourceContent
    let policy: JoinErrorPolicy
    private var scanner: JoinRowScanner
    private var window: [UInt8] = []
    /// The offset of the window in the content.
    private var base: Int
    private var position = 0
    /// The number of rows that could not be read.
    private(set) var skipped = 0
    /// The offsets of the first rows that could not be read.
    private(set) var skippedPlaces: [Int] = []

    init(_ content: SourceContent, _ scanner: JoinRowScanner, from start: Int, policy: JoinErrorPolicy) {
        self.content = content
        self.scanner = scanner
        self.policy = policy
        base = start
    }

    /// The next row and its place; nil after the last row.
    mutating func next() throws -> (row: JoinRow, place: RowPlace)? {
        while true {
            do throws(JoinRowError) {
                switch try scanner.next(in: window, from: &position, isLast: isLast) {
                case .row(let row):
                    if row.range.count > content.rowLimit {
                        throw content.tooLong(at: row.range.lowerBound, next: row.range.upperBound)
                    }
                    return (row, RowPlace(offset: base + row.range.lowerBound, length: row.range.count))
                case .end: return nil
                case .needsMore:
                    guard window.count - position > content.rowLimit else { break }
                    throw content.tooLong(at: position, endsSource: !scanner.resumesAtLineEnd)
                }
            } catch {
                guard try skip(error) else { return nil }
                continue
            }
            try refill()
        }
    }

    /// The bytes of the row that ``next()`` returned last.
    func bytes(of row: JoinRow) -> [UInt8] {
        Array(window[row.range])
    }

    private var isLast: Bool { base + window.count >= content.size }

    /// Drops the bytes that were read, and reads more.
    private mutating func refill() throws {
        window.removeFirst(min(position, window.count))
        base += position
        position = 0
        // A window larger than a row is never needed.
        let room = max(Self.pieceSize, content.rowLimit + 1 - window.count)
        let count = min(max(Self.pieceSize, window.count), room)
        window += try content.bytes(at: base + window.count, count: count)
    }

    /// Skips a row that cannot be read; returns false if no row can follow.
    private mutating func skip(_ fault: JoinRowError) throws -> Bool {
        guard policy == .skip, !fault.endsSource else {
            throw try content.failure(fault, windowAt: base, lineEnd: scanner.lineEnd)
        }
        skipped += 1
        if skippedPlaces.count < Self.maxListedPlaces { skippedPlaces.append(base + fault.offset) }
        if let next = fault.next {
            position = next
            return true
        }
        // The next row begins after the end of this line or later.
        position = min(fault.offset, window.count)
        while true {
            if let end = window[position...].firstIndex(of: scanner.lineEnd) {
                position = end + 1
                return true
            }
            position = window.count
            if isLast { return false }
            try refill()
        }
    }
}
