package import MessageBatches

/// A roll-up as rows and named columns, in types and without formatting.
package struct RollUpTable: Sendable, Equatable {
    /// A column, named like the column of the flat table where both have it.
    package struct Column: Sendable, Hashable {
        package var name: String
        package var unit: Unit
    }

    /// What the values of a column are.
    package enum Unit: Sendable, Hashable {
        case text, count, money, ratio, seconds, moment
    }

    package enum Value: Sendable, Hashable {
        case text(String)
        case count(Int)
        case money(Money)
        /// 0.25 is a quarter.
        case ratio(Double)
        case seconds(Int)
        case moment(Timestamp)
        /// Not known, or not defined, as the share of nothing.
        case missing
    }

    /// Succeeded requests of one model that have no price.
    package struct Unpriced: Sendable, Hashable {
        /// Nil for the models that are not listed one by one.
        package var model: String?
        package var requests: Int

        package init(model: String?, requests: Int) {
            self.model = model
            self.requests = requests
        }
    }

    package var columns: [Column]
    /// How many columns at the left name the group.
    package var keyColumns: Int
    package var rows: [[Value]]
    /// The row of totals, with ``Value/missing`` in the key columns.
    package var totals: [Value]
    /// What the amounts leave out, most requests first.
    package var unpriced: [Unpriced]
}
