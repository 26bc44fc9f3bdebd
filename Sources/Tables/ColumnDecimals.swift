import MessageBatches

extension Table {
    /// The number of decimal places for the amounts of each column; nil for a column without amounts.
    ///
    /// All amounts of a column have the same number, so that their points are aligned.
    package var moneyPlaces: [Int?] {
        var amounts: [[Money]] = Array(repeating: [], count: columns.count)
        for row in rows + (totals.map { [$0] } ?? []) {
            for (index, cell) in row.enumerated() where index < columns.count {
                if case .money(let amount) = cell { amounts[index].append(amount) }
            }
        }
        return amounts.map { Money.displayPlaces(of: $0) }
    }
}

extension Cell {
    /// The value as text for people, an amount with the number of decimal places of its column.
    package func displayText(_ kind: ValueKind, moneyPlaces: Int?) -> String? {
        if case .money(let amount) = self, let moneyPlaces { return amount.displayText(places: moneyPlaces) }
        return displayText(kind)
    }
}
