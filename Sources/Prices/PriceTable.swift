package import MessageBatches

/// Prices by model, day and size of the prompt.
package struct PriceTable: Sendable, Equatable {
    /// The rows; where two have a price for one request, the first counts.
    package private(set) var rows: [PriceRow]
    /// Places in `rows` by normalised model id.
    private var places: [String: [Int]] = [:]
    /// Model ids by normalised alias.
    private var models: [String: String] = [:]

    /// Takes rows that do not contradict each other.
    package init(rows: [PriceRow]) {
        self.rows = rows
        for (place, row) in rows.enumerated() {
            places[row.model, default: []].append(place)
            for alias in row.aliases where models[alias] == nil { models[alias] = row.model }
        }
    }

    /// The table inside the program.
    package static let builtIn: PriceTable = {
        do {
            return try PriceTableReader.table(csv: BuiltInPrices.csv, origin: .builtIn)
        } catch {
            preconditionFailure("the built-in price table is damaged: \(error)")
        }
    }()

    /// This table with another one's rows before its own: where both have a price for a request, the other one's
    /// counts.
    package func overlaid(with table: PriceTable) -> PriceTable {
        PriceTable(rows: table.rows + rows)
    }

    /// The row that prices a request, or nil where no row is for its model and size of prompt.
    ///
    /// On a day that no row of the model includes, the nearest row counts and the price is assumed. Of two equally near
    /// ones the first in the table counts.
    package func match(model: String, day: CalendarDay, promptTokens: Int) -> PriceMatch? {
        var nearest: (row: PriceRow, distance: Int)?
        for place in places(of: model) where rows[place].covers(promptTokens: promptTokens) {
            let distance = rows[place].distance(to: day)
            if distance < nearest?.distance ?? .max { nearest = (rows[place], distance) }
            if distance == 0 { break }
        }
        return nearest.map { PriceMatch(row: $0.row, isAssumed: $0.distance > 0) }
    }

    /// Whether the table has a row of a model, under any of its names.
    package func knows(model: String) -> Bool {
        !places(of: model).isEmpty
    }

    /// The prompt sizes behind which prices change, smallest first.
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

/// A row that prices a request.
package struct PriceMatch: Sendable, Equatable {
    package var row: PriceRow
    /// Whether the day lies outside every row of the model, so that the nearest one was taken.
    package var isAssumed: Bool
}
