/// Finds the known name that is most similar to a mistyped one.
enum NearestName {
    /// The first of the most similar names, or nil if no name is similar enough for its length.
    ///
    /// The beginning of exactly one name, of at least three characters, means this name.
    static func of(_ text: String, in names: [String]) -> String? {
        let longer = names.filter { $0.hasPrefix(text) }
        if longer.count == 1, text.count >= 3 { return longer.first }
        let nearest = names.map { (name: $0, edits: edits(Array(text.utf8), Array($0.utf8))) }
            .min { $0.edits < $1.edits }
        guard let nearest, nearest.edits <= max(1, nearest.name.utf8.count / 3) else { return nil }
        return nearest.name
    }

    /// The smallest number of inserted, omitted, replaced or swapped neighboring bytes (optimal string alignment).
    private static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var rows = [Array(0...right.count)]
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                let replaced = rows[i][j] + (left[i] == right[j] ? 0 : 1)
                var best = min(replaced, rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
