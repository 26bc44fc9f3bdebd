import Tables

/// How the rows of a roll-up are sorted and limited.
package struct RowRanking: Sendable, Hashable {
    /// The key of the column to sort by: text in ascending order, everything else in descending order.
    package var column: String
    /// The number of rows to keep; all others are added up in one row.
    package var limit: Int?

    /// Creates a ranking, by requests if no column is given.
    package init(by column: String?, limit: Int?) {
        self.column = column ?? "requests"
        self.limit = limit
    }
}

/// The values that the cells of a row are computed from.
indirect enum RowValues: Sendable {
    case measures(Measures)
    case errors(ErrorMeasures)

    /// The sum with the values of another row of the same roll-up.
    func merged(with other: RowValues) -> RowValues {
        switch (self, other) {
        case (.measures(var sum), .measures(let values)):
            sum.merge(values)
            return .measures(sum)
        case (.errors(var sum), .errors(let values)):
            sum.merge(values)
            return .errors(sum)
        case (.measures, .errors), (.errors, .measures): preconditionFailure("rows of different roll-ups")
        }
    }
}

extension RollUp {
    /// The keys of the columns that rows of a grouping can be sorted by.
    package static func sortColumns(of grouping: Grouping, isScan: Bool, expectsJSON: Bool = false) -> [String] {
        let rollUp = RollUp(by: grouping, isScan: isScan, expectsJSON: expectsJSON)
        let columns = rollUp.hasErrorColumns ? errorColumns : rollUp.measureColumns.map(\.column)
        return (rollUp.keyColumns + columns).map(\.key)
    }

    /// Whether rows must keep what their cells were computed from.
    var addsUpRows: Bool { ranking?.limit != nil }

    /// Whether some groups have no row of their own, and are counted under ``other``.
    package var hasOther: Bool { hasOther(total) }

    private func hasOther(_ total: Group) -> Bool {
        total.parts.other != Measures() || total.errors.other != ErrorMeasures()
    }

    /// A sentence about groups that have no row of their own; nil if all have one.
    func otherSentence(_ total: Group) -> String? {
        guard hasOther(total) else { return nil }
        let isFull = total.parts.rows.count == total.parts.capacity || total.errors.rows.count == total.errors.capacity
        if isScan || isFull {
            return "There are too many groups to keep all, so the row \(Self.other) can contain large ones."
        }
        return "Summaries keep a limited number of groups, and \(Self.other) has the rest. To list all, add --scan."
    }

    /// The rows of all groups in the order of the table.
    func sorted(_ groups: [GroupRows]) -> [Row] {
        let rows = groups.sorted { $0.key.precedes($1.key) }.flatMap(\.rows)
        guard ranking != nil else { return rows }
        let (first, others) = ranked(rows)
        return first + (others.map { [otherRow($0)] } ?? rows.filter(\.isOther))
    }

    /// The first rows of the ranking, and the sum of all others if their number is limited.
    private func ranked(_ rows: [Row]) -> (first: [Row], others: RowValues?) {
        var named = rows.filter { !$0.isOther }
        let place = sortPlace
        named.sort { left, right in
            if let isBefore = left.cells[place].ranksBefore(right.cells[place]) { return isBefore }
            return Array(left.cells.prefix(keyColumns.count)).precedes(Array(right.cells.prefix(keyColumns.count)))
        }
        guard let limit = ranking?.limit else { return (named, nil) }
        let left = named.dropFirst(limit) + rows.filter(\.isOther)
        let others = left.compactMap(\.values).reduce(rest) { $0?.merged(with: $1) ?? $1 }
        return (Array(named.prefix(limit)), others)
    }

    /// The index of the column to sort by, or 0 if the table does not have it.
    private var sortPlace: Int {
        let columns = keyColumns + (hasErrorColumns ? Self.errorColumns : measureColumns.map(\.column))
        return columns.firstIndex { $0.key == ranking?.column } ?? 0
    }

    /// Adds up completed rows that cannot be among the first ones, so that memory does not grow with their number.
    mutating func limitCompleted() {
        guard let limit = ranking?.limit, completed.count > 2 * limit + 1_000 else { return }
        let (first, others) = ranked(completed.flatMap(\.rows))
        completed = first.map { GroupRows(key: Array($0.cells.prefix(batchColumns.count)), rows: [$0]) }
        rest = others
    }
}

extension Cell {
    /// Whether a row with this value comes first; nil if the values are equal.
    fileprivate func ranksBefore(_ other: Cell) -> Bool? {
        if self == other { return nil }
        switch (self, other) {
        case (.text(let left), .text(let right)): return left < right
        case (.timestamp(let left), .timestamp(let right)): return left > right
        default: break
        }
        guard let left = number, let right = other.number else {
            // Missing values come last.
            return (self == .missing) == (other == .missing) ? nil : other == .missing
        }
        return left == right ? nil : left > right
    }
}
