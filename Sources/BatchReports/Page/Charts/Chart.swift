import Tables

/// One figure of the page: a picture, what it is called, and what it says in words.
struct Chart: Sendable {
    /// With the unit: "Requests per day".
    var title: String
    /// The figures behind the picture in a sentence, for those who do not see it and for those in a hurry.
    var summary: String
    /// Nil where there is nothing to draw.
    var picture: SVGNode?
    var legend: [LegendEntry] = []

    /// The name of a colour.
    struct LegendEntry: Sendable, Hashable {
        /// The class the marks have.
        var kind: String
        var name: String
        /// What it amounts to, for people.
        var value: String
    }

    /// A figure that says why it is empty.
    static func empty(_ title: String, _ reason: String) -> Chart {
        Chart(title: title, summary: reason, picture: nil)
    }
}

/// The classes of series colours, in the order they are given out; the style sheet knows as many.
enum Palette {
    /// How many series keep a colour of their own; the rest share ``rest``.
    static let size = 6
    static let rest = "rest"

    /// The class of a series, `s0` to `s5`, then ``rest``.
    static func kind(_ index: Int) -> String {
        index < size ? "s\(index)" : rest
    }
}
