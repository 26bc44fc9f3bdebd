package import MessageBatches

/// Prices by model, day and size of the prompt.
package struct PriceTable: Sendable, Equatable {
    /// The rows.
    ///
    /// If two have a price for the same request, the first one applies.
    package private(set) var rows: [PriceRow]
    /// Indices in `rows`, by normalized model ID.
    private var places: [String: [Int]] = [:]
    /// Model IDs, by normalized alias.
    private var models: [String: String] = [:]

    /// Creates a table from rows that do not overlap.
    package init(rows: [PriceRow]) {
        self.rows = rows
        for (place, row) in rows.enumerated() {
            places[row.model, default: []].append(place)
            for alias in row.aliases where models[alias] == nil { models[alias] = row.model }
        }
    }

    /// The table that is part of the program.
    package static let builtIn: PriceTable = {
        do {
            return try PriceTableReader.table(csv: BuiltInPrices.csv, origin: .builtIn)
        } catch {
            preconditionFailure("the built-in price table is damaged: \(error)")
        }
    }()

    /// Returns this table with the rows of another table before its own, so that the prices of the other one apply
    /// first.
    package func overlaid(with table: PriceTable) -> PriceTable {
        PriceTable(rows: table.rows + rows)
    }

    /// The index in ``rows`` of the row that prices a request; nil if no row matches the model and the size of the
    /// prompt.
    ///
    /// On a day outside every row of the model, the nearest row applies and the price is assumed. If two are equally
    /// near, the first one in the table applies.
    func place(model: String, day: CalendarDay, promptTokens: Int) -> (index: Int, isAssumed: Bool)? {
        var nearest: (index: Int, distance: Int)?
        for index in places(of: model) where rows[index].covers(promptTokens: promptTokens) {
            let distance = rows[index].distance(to: day)
            if distance < nearest?.distance ?? .max { nearest = (index, distance) }
            if distance == 0 { break }
        }
        return nearest.map { ($0.index, $0.distance > 0) }
    }

    /// The last day on which a model has a price, which is its last day before retirement.
    ///
    /// Nil if the model is unknown or no end is announced.
    package func lastDay(of model: String) -> CalendarDay? {
        let ends = places(of: model).map { rows[$0].validTo }
        return ends.contains(nil) ? nil : ends.compactMap(\.self).max()
    }

    /// The prompt sizes above which prices change, in ascending order.
    package var tierEdges: [Int] {
        let ends = rows.compactMap(\.promptMaximum) + rows.compactMap(\.promptMinimum).filter { $0 > 0 }.map { $0 - 1 }
        return Set(ends).sorted()
    }

    private func places(of model: String) -> [Int] {
        if let places = places[model] { return places }
        let name = ModelName.normalized(model)
        return places[name] ?? models[name].flatMap { places[$0] } ?? []
    }
}
