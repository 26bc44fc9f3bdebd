/// Finds what somebody may have meant who mistyped a name.
enum NearestName {
    /// The name with the fewest edits, if they are few for its length; the first of several.
    static func of(_ text: String, in names: [String]) -> String? {
        let nearest = names.map { (name: $0, edits: edits(Array(text.utf8), Array($0.utf8))) }
            .min { $0.edits < $1.edits }
        guard let nearest, nearest.edits <= max(1, nearest.name.utf8.count / 3) else { return nil }
        return nearest.name
    }

    /// The smallest number of inserted, left out, replaced or swapped neighbouring bytes (optimal string alignment).
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
