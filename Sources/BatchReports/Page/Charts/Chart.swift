import Tables

/// A chart of the page, with a title, a summary in words and a legend.
struct Chart: Sendable {
    /// The title, with the unit: "Requests per day".
    var title: String
    /// The values in one sentence, for readers who cannot see the picture or do not want to study it.
    var summary: String
    /// The picture; nil if there is no data.
    var picture: SVGNode?
    var legend: [LegendEntry] = []

    /// A color and the series that it represents.
    struct LegendEntry: Sendable, Hashable {
        /// The class of the series' shapes.
        var kind: String
        var name: String
        /// The total of the series, as text for people.
        var value: String
    }

    /// A chart that says why it is empty.
    static func empty(_ title: String, _ reason: String) -> Chart {
        Chart(title: title, summary: reason, picture: nil)
    }
}

/// The classes of series colors, in the order of their use.
///
/// The style sheet defines a color for each.
enum Palette {
    /// The number of series with a color of their own; all others share ``rest``.
    static let size = 6
    static let rest = "rest"

    /// The class of a series: `s0` to `s5`, then ``rest``.
    static func kind(_ index: Int) -> String {
        index < size ? "s\(index)" : rest
    }
}
