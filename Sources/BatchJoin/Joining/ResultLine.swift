import BatchPipeline
import JSONLines

/// The parts of a result line that a join needs: its ID and its result.
///
/// The lines were validated when they were archived, so all other members are skipped.
struct ResultLine {
    /// The range of the `custom_id` in the block, without quotes.
    var id: Range<Int>
    var idIsEscaped: Bool
    /// The range of the value of `result` in the block, including braces.
    var result: Range<Int>

    private enum Key: String, CaseIterable {
        case customID = "custom_id"
        case result
    }

    private static let keys = JSONKeys<Key>()

    /// The result lines of a block; empty lines are skipped.
    static func lines(of block: LineBlock) -> [ResultLine] {
        var lines: [ResultLine] = []
        lines.reserveCapacity(block.lineEnds.count)
        JSONCursor.read(block.bytes) { cursor in
            for index in block.lineEnds.indices {
                var range = block.range(ofLine: index)
                let isFirst = block.byteOffset == 0 && index == 0
                if isFirst, block.bytes[range].starts(with: [0xEF, 0xBB, 0xBF]) {
                    range = range.lowerBound + 3..<range.upperBound
                }
                cursor.move(to: range)
                if cursor.isAtEnd() { continue }
                cursor.move(to: range)
                // Lines that are not results are not joined.
                if let line = try? ResultLine(&cursor) { lines.append(line) }
            }
        }
        return lines
    }

    /// Reads one line.
    ///
    /// If a member occurs several times, the last one counts.
    private init?(_ cursor: inout JSONCursor) throws(JSONSyntaxError) {
        var id: JSONToken?
        var result: Range<Int>?
        try cursor.beginObject()
        var place = -1
        while let key = try cursor.nextKey(in: Self.keys, &place) {
            switch key {
            case .customID: id = try cursor.string()
            case .result: result = try cursor.skipValue()
            }
        }
        guard let id, let result else { return nil }
        self.id = id.range
        idIsEscaped = id.isEscaped
        self.result = result
    }

    init(_ record: ResultRecord) {
        id = record.customID.range
        idIsEscaped = record.customID.isEscaped
        result = record.result
    }
}
