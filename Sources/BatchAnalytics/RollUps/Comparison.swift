/// Two sets of batches side by side: what changed from the first to the second.
package struct Comparison: Sendable, Equatable {
    /// One figure of both sets.
    package struct Row: Sendable, Equatable {
        package var figure: ComparedFigure
        package var before: RollUpTable.Value
        package var after: RollUpTable.Value
        /// `after` less `before`.
        package var difference: RollUpTable.Value
        /// The difference as a part of `before`: 0.1 is a tenth more.
        ///
        /// Nil where that is not defined.
        package var relative: Double?
    }

    package let rows: [Row]

    package init(before: Measures, after: Measures) {
        rows = ComparedFigure.allCases.map { figure in
            let (old, new) = (figure.value(of: before), figure.value(of: after))
            let difference = new.subtracting(old)
            let base = old.number ?? 0
            let relative = base != 0 ? difference.number.map { $0 / abs(base) } : difference.number == 0 ? 0 : nil
            return Row(figure: figure, before: old, after: new, difference: difference, relative: relative)
        }
    }

    /// The row of a figure.
    package subscript(_ figure: ComparedFigure) -> Row {
        guard let row = rows.first(where: { $0.figure == figure }) else {
            preconditionFailure("every figure has a row")
        }
        return row
    }
}
