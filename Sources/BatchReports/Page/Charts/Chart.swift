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
    /// Whether the chart needs the width of two others.
    var isWide = false

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

/// The classes of series colors.
///
/// The style sheet defines a color for each. Red is only for requests that did not succeed.
enum Palette {
    /// The classes for families of models and other parts.
    static let kinds = ["s0", "s1", "s2", "s3", "s4", "s5"]
    /// The number of series with a color of their own; all others share ``rest``.
    static var size: Int { kinds.count }
    static let rest = "rest"
    /// Succeeded requests, and batches.
    static let succeeded = "s0"
    /// A part of what succeeded, or a second value of the same thing.
    static let succeededSecond = "s4"
    /// Errored requests, or all requests that did not succeed.
    static let failed = "f0"
    static let expired = "f1"
    static let canceled = "f2"
}
