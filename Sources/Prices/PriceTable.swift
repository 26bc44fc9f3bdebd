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
    ///
    /// A row whose model or alias this table has becomes a row of that model.
    package func overlaid(with table: PriceTable) throws(PriceTableError) -> PriceTable {
        PriceTable(rows: try renamed(table.rows) + rows)
    }

    /// The rows of another table with the names that this table has for their models.
    private func renamed(_ others: [PriceRow]) throws(PriceTableError) -> [PriceRow] {
        var names: [String: String] = [:]
        for row in others where names[row.model] == nil {
            names[row.model] = ([row.model] + row.aliases).first { !places(of: $0).isEmpty }.map { name(of: $0) }
        }
        var renamed: [PriceRow] = []
        for var row in others {
            let name = names[row.model] ?? row.model
            if let alias = row.aliases.first(where: { $0 != name && places[$0] != nil }) {
                let reason = "alias '\(alias)': the built-in prices have it as another model than \(name)"
                throw PriceTableError(line: row.line, column: PriceTableReader.Column.aliases.rawValue, reason: reason)
            }
            if name != row.model {
                if !row.aliases.contains(row.model) { row.aliases.append(row.model) }
                row.model = name
            }
            if let other = renamed.first(where: { $0.overlaps(row) }) {
                let reason = "days and prompt sizes overlap those of line \(other.line), which is also about \(name)"
                throw PriceTableError(line: row.line, column: PriceTableReader.Column.model.rawValue, reason: reason)
            }
            row.aliases.removeAll { $0 == name }
            renamed.append(row)
        }
        return renamed
    }

    /// The prices of a model, under any spelling of its name; nil if the table has none.
    package func prices(of model: String, geo: String, day: CalendarDay) -> ModelPrices? {
        let found = places(of: model)
        guard !found.isEmpty else { return nil }
        return ModelPrices(rows: found.map { ($0, rows[$0]) }, geo: geo, day: day)
    }

    /// The last day on which a model has a price, which is its last day before retirement.
    ///
    /// Nil if the model is unknown or no end is announced.
    package func lastDay(of model: String) -> CalendarDay? {
        let ends = places(of: model).map { rows[$0].validTo }
        return ends.contains(nil) ? nil : ends.compactMap(\.self).max()
    }

    /// The name under which the table has a model, for names that are spelled differently or are aliases.
    ///
    /// A model that the table does not have keeps its normalized name.
    package func name(of model: String) -> String {
        let name = ModelName.normalized(model)
        return places[name] == nil ? models[name] ?? name : name
    }

    private func places(of model: String) -> [Int] {
        if let places = places[model] { return places }
        let name = ModelName.normalized(model)
        return places[name] ?? models[name].flatMap { places[$0] } ?? []
    }
}
