/// The columns of a table that a terminal shows, and their widths.
///
/// If the table is too wide, these steps are tried in order until it fits:
///
/// 1. Text columns are cut, the widest first, down to ``TerminalTable/narrowest``.
/// 2. Columns with the weight ``Column/Weight/detail`` are hidden, from the right.
/// 3. IDs are cut, but remain distinct.
/// 4. The other columns are hidden, those of the lowest weight first, from the right.
struct TerminalLayout {
    /// One shown column.
    struct Placed {
        var index: Int
        var width: Int
        /// The minimum width when shrinking.
        var minimumWidth: Int
        var alignment: Column.Alignment
    }

    private(set) var columns: [Placed]
    /// The indexes of the columns whose cells follow below their rows.
    let below: [Int]
    /// The indexes of the hidden columns, in the order of the table.
    private(set) var hidden: [Int] = []
    /// The indexes of the columns with cut IDs.
    private(set) var cutIDs: [Int] = []

    init(_ grid: TerminalGrid, of table: Table, width limit: Int?) {
        below = table.columns.indices.filter { table.columns[$0].isBelow }
        var shown = table.columns.indices.filter { !table.columns[$0].isBelow }
        let natural = Self.natural(shown, grid, table, cutsIDs: false)
        columns = natural
        guard let limit else { return }
        shrink(to: limit)
        func lightest(_ isCandidate: (Column.Weight) -> Bool) -> Int? {
            // The first of equal weights, so that columns are hidden from the right.
            shown.reversed().filter { isCandidate(table.columns[$0].weight) }
                .min { table.columns[$0].weight < table.columns[$1].weight }
        }
        while total > limit, shown.count > 1, let index = lightest({ $0 == .detail }) {
            shown.removeAll { $0 == index }
            columns = natural.filter { shown.contains($0.index) }
            shrink(to: limit)
        }
        let cuttable = total > limit ? Self.natural(shown, grid, table, cutsIDs: true) : []
        while total > limit {
            columns = cuttable.filter { shown.contains($0.index) }
            shrink(to: limit)
            guard total > limit, shown.count > 1, let index = lightest({ _ in true }) else { break }
            shown.removeAll { $0 == index }
        }
        if columns.count == 1 { columns[0].width = min(columns[0].width, max(1, limit)) }
        hidden = table.columns.indices.filter { !shown.contains($0) && !below.contains($0) }
        cutIDs = columns.filter { table.columns[$0.index].isID && $0.width < grid.widths[$0.index] }.map(\.index)
    }

    /// The columns at their natural widths.
    private static func natural(_ shown: [Int], _ grid: TerminalGrid, _ table: Table, cutsIDs: Bool) -> [Placed] {
        shown.map { index in
            let column = table.columns[index]
            let width = grid.widths[index]
            var shortest = max(TerminalTable.narrowest, grid.titles[index].displayWidth)
            if column.isID { shortest = cutsIDs ? max(shortest, grid.distinctWidth(of: index)) : width }
            return Placed(
                index: index,
                width: width,
                minimumWidth: column.canShrink ? min(width, shortest) : width,
                alignment: column.alignment
            )
        }
    }

    private var total: Int {
        columns.reduce(0) { $0 + $1.width } + TerminalTable.gap.count * (columns.count - 1)
    }

    /// Reduces the widest column that can shrink, repeatedly, until the line fits or no column can shrink.
    private mutating func shrink(to limit: Int) {
        while total > limit {
            let candidates = columns.indices.filter { columns[$0].width > columns[$0].minimumWidth }
            guard let widest = candidates.max(by: { columns[$0].width < columns[$1].width }) else { return }
            columns[widest].width -= 1
        }
    }

    /// The line below the headings.
    func rule() -> String {
        columns.map { String(repeating: "─", count: $0.width) }.joined(separator: TerminalTable.gap)
    }

    /// Returns a note that names the hidden columns and those with cut IDs; nil if there are none.
    func note(about table: Table) -> String? {
        func names(_ indexes: [Int]) -> String {
            indexes.map { table.columns[$0].title.visible }.joined(separator: ", ")
        }
        var sentences: [String] = []
        if !hidden.isEmpty { sentences.append("Hidden columns: \(names(hidden)).") }
        if !cutIDs.isEmpty { sentences.append("Cut: \(names(cutIDs)).") }
        guard !sentences.isEmpty else { return nil }
        return (sentences + ["For everything, use a wider terminal or --format json."]).joined(separator: " ")
    }
}

/// The cells of a table as safe text; nil for a missing cell.
struct TerminalGrid {
    let titles: [String]
    let rows: [[String?]]
    let totals: [String?]?
    /// The natural width of each column.
    private(set) var widths: [Int]

    init(_ table: Table) {
        let places = table.moneyPlaces
        func texts(_ row: [Cell]) -> [String?] {
            zip(table.columns.indices, table.filled(row))
                .map { index, cell in
                    cell.displayText(table.columns[index].kind, moneyPlaces: places[index])?.visible
                }
        }
        titles = table.columns.map(\.title.visible)
        rows = table.rows.map(texts)
        // A missing total stays blank, because it usually means that a total makes no sense for the column.
        totals = table.totals.map { texts($0).map { $0 ?? "" } }
        widths = titles.map(\.displayWidth)
        for row in rows { widen(to: row) }
        if let totals { widen(to: totals) }
    }

    private mutating func widen(to row: [String?]) {
        for index in row.indices { widths[index] = max(widths[index], row[index]?.displayWidth ?? 1) }
    }

    /// The smallest width at which all distinct cells of a column remain distinct, with the ellipsis of a cut cell.
    func distinctWidth(of index: Int) -> Int {
        let cells = Set(rows.compactMap { $0[index] }).sorted()
        // In sorted order, the cell with the longest common beginning is a neighbor.
        return zip(cells, cells.dropFirst())
            .reduce(1) { width, pair in
                let common = zip(pair.0, pair.1).prefix { $0 == $1 }
                return max(width, String(common.map(\.0)).displayWidth + 2)
            }
    }
}
