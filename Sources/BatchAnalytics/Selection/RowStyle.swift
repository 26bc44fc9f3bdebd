package import Tables

/// The form in which selected rows are written.
package enum RowStyle: Sendable, Hashable {
    /// One row per line, in a format of ``RowWriter``.
    case format(RowWriter.Format)
    /// The JSON text of each value on its own line.
    ///
    /// JSON text contains no line feed, so nothing is escaped.
    case values
    /// The lines as archived, with their original line ends.
    case raw

    /// Returns a writer for rows with these columns; nil if the style has no format.
    package func writer(_ names: [String]) -> RowWriter? {
        if case .format(let format) = self { RowWriter(format, keys: names) } else { nil }
    }
}

/// The values of one row as JSON text, one after another.
struct RowCells {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []

    mutating func add(_ append: (inout [UInt8]) -> Void) {
        append(&bytes)
        ends.append(bytes.count)
    }

    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    subscript(_ index: Int) -> JSONCell {
        JSONCell(bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]])
    }

    /// Appends the row with a writer, or as ``RowStyle/values`` if there is no writer.
    func write(_ writer: RowWriter?, to output: inout [UInt8]) {
        if let writer { return writer.append(json: bytes, ends: ends, to: &output) }
        var start = 0
        for end in ends {
            output += bytes[start..<end]
            output.append(0x0A)
            start = end
        }
    }
}
