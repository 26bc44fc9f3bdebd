/// Goes through the rows of a source once, window by window.
struct RowReading {
    /// How much is read at once; a row longer than this makes its window grow.
    private static let pieceSize = 1_048_576
    /// How many places of bad or repeated rows are kept to be listed.
    static let listedPlaces = 1_000

    let content: SourceContent
    let policy: JoinErrorPolicy
    private var scanner: JoinRowScanner
    private var window: [UInt8] = []
    /// Where the window begins in the content.
    private var base: Int
    private var position = 0
    /// Rows that could not be read.
    private(set) var skipped = 0
    /// Where the first of them are.
    private(set) var skippedPlaces: [Int] = []

    init(_ content: SourceContent, _ scanner: JoinRowScanner, from start: Int, policy: JoinErrorPolicy) {
        self.content = content
        self.scanner = scanner
        self.policy = policy
        base = start
    }

    /// The next row and its place, or nil after the last.
    mutating func next() throws -> (row: JoinRow, place: RowPlace)? {
        while true {
            do throws(JoinRowFault) {
                switch try scanner.next(in: window, from: &position, isLast: isLast) {
                case .row(let row):
                    return (row, RowPlace(offset: base + row.range.lowerBound, length: row.range.count))
                case .end: return nil
                case .needsMore: break
                }
            } catch {
                guard try skip(error) else { return nil }
                continue
            }
            try refill()
        }
    }

    /// The bytes of the row that ``next()`` gave last.
    func bytes(of row: JoinRow) -> [UInt8] {
        Array(window[row.range])
    }

    private var isLast: Bool { base + window.count >= content.size }

    /// Drops what was read and reads more.
    private mutating func refill() throws {
        window.removeFirst(min(position, window.count))
        base += position
        position = 0
        window += try content.bytes(at: base + window.count, count: max(Self.pieceSize, window.count))
    }

    /// Continues after a row that cannot be read; false if no row can follow.
    private mutating func skip(_ fault: JoinRowFault) throws -> Bool {
        guard policy == .skip, !fault.endsSource else { throw try content.failure(fault, windowAt: base) }
        skipped += 1
        if skippedPlaces.count < Self.listedPlaces { skippedPlaces.append(base + fault.offset) }
        if let next = fault.next {
            position = next
            return true
        }
        // The next row begins after the end of the line at the earliest.
        position = min(fault.offset, window.count)
        while true {
            if let end = window[position...].firstIndex(of: 0x0A) {
                position = end + 1
                return true
            }
            position = window.count
            if isLast { return false }
            try refill()
        }
    }
}
