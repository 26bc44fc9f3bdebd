import JSONLines

/// What flat rows have in common: the text between the values that differ from row to row, as it stood in rows before.
///
/// Most of a row are keys, what its batch shares, its kind, counts of zero and nulls. Such a stretch, from behind one value to where
/// the next begins that has to be read, is compared as a whole, which takes a tenth of the time of reading it key by key. Nothing is
/// assumed: a row is stepped through only where each of its stretches, and kinds in this order, stood in rows that were read.
struct RowStretches {
    /// How far a row was stepped through.
    struct Place {
        /// The column whose value comes next; nil at the start of the row and behind its end.
        fileprivate(set) var column: Int?
        /// Stands for the values of kinds that were passed.
        fileprivate var trail = 0
    }

    private struct Stretch {
        /// Where its text stands in ``RowStretches/bytes``.
        let range: Range<Int>
        /// The column whose value comes behind it; nil for the end of the row.
        let column: Int?
        /// Stands for the values of kinds in it; nil if it has none.
        let hint: Int?
        /// The one to try after it.
        var next: Int?
    }

    private var bytes: [UInt8] = []
    /// All in one array, so that none is copied.
    private var stretches: [Stretch] = []
    /// By the column before it the stretch to try first; behind the last column that for the start of a row.
    ///
    /// The longest comes first. One that begins as another does goes on with a 0 or null where the other has a value to read, so the
    /// longest that fits is the one that was met when such a row was read key by key.
    private var first: [Int?]
    private var hints: [[UInt8]: Int] = [:]
    /// By hint, and by the trail before it, the trail behind it.
    private var trails: [[Int?]] = []
    /// By trail the kind of the rows that end with it.
    private var kinds: [Int64?] = [nil]

    /// So many are tried at one place; rows that go on otherwise are read key by key.
    private static let choices = 16

    /// How much is known: it only grows.
    var count: Int { stretches.count + kinds.count }

    init(columns: Int) { first = Array(repeating: nil, count: columns + 1) }

    private func slot(of place: Place) -> Int { place.column ?? first.count - 1 }

    /// Steps over the stretch that comes next; false if it is new here.
    func step(_ place: inout Place, _ cursor: inout JSONCursor) -> Bool {
        var next = first[slot(of: place)]
        while let index = next {
            if cursor.step(over: stretches[index].range, of: bytes) {
                if let hint = stretches[index].hint {
                    guard let trail = trail(behind: hint, place.trail) else { return false }
                    place.trail = trail
                }
                place.column = stretches[index].column
                return true
            }
            next = stretches[index].next
        }
        return false
    }

    private func trail(behind hint: Int, _ trail: Int) -> Int? {
        trail < trails[hint].count ? trails[hint][trail] : nil
    }

    /// The kind of a row that was stepped through to its end; nil if it is new.
    func kind(at end: Place) -> Int64? { kinds[end.trail] }
}

extension RowStretches {
    /// Remembers a stretch of a row that is read key by key, and gives where it leads; nil if there are too many at this place.
    ///
    /// `kindValues` tells the values of kinds in it from others; empty if it has none.
    mutating func add(
        _ range: Range<Int>,
        before column: Int?,
        kindValues: [UInt8],
        at place: Place,
        _ cursor: borrowing JSONCursor
    ) -> Place? {
        guard let index = index(of: cursor.bytes(range), before: column, kindValues, at: place) else { return nil }
        var end = Place(column: column, trail: place.trail)
        guard let hint = stretches[index].hint else { return end }
        end.trail = trail(behind: hint, place.trail) ?? newTrail(behind: hint, place.trail)
        return end
    }

    private mutating func newTrail(behind hint: Int, _ trail: Int) -> Int {
        let missing = max(trail + 1 - trails[hint].count, 0)
        trails[hint] += Array(repeating: nil, count: missing)
        trails[hint][trail] = kinds.count
        kinds.append(nil)
        return kinds.count - 1
    }

    /// Remembers the kind of a row whose stretches were all added.
    mutating func remember(_ kind: Int64, at end: Place) { kinds[end.trail] = kind }

    private mutating func index(of text: [UInt8], before column: Int?, _ kindValues: [UInt8], at place: Place) -> Int? {
        let slot = slot(of: place)
        var (longer, tried): (Int?, Int) = (nil, 0)
        var next = first[slot]
        while let index = next {
            let range = stretches[index].range
            if range.count == text.count, bytes[range].elementsEqual(text) { return index }
            if range.count > text.count { longer = index }
            (next, tried) = (stretches[index].next, tried + 1)
        }
        guard tried < Self.choices else { return nil }
        let range = bytes.count..<bytes.count + text.count
        bytes += text
        let behind = longer.map { stretches[$0].next } ?? first[slot]
        let new = stretches.count
        stretches.append(Stretch(range: range, column: column, hint: hint(kindValues), next: behind))
        if let longer { stretches[longer].next = new } else { first[slot] = new }
        return new
    }

    private mutating func hint(_ kindValues: [UInt8]) -> Int? {
        guard !kindValues.isEmpty else { return nil }
        if let hint = hints[kindValues] { return hint }
        hints[kindValues] = trails.count
        trails.append([])
        return trails.count - 1
    }
}
