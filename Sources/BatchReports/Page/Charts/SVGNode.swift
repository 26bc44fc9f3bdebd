import Tables

/// A node of an SVG picture.
///
/// Values are escaped when it is written, so that no chart can forget it.
indirect enum SVGNode: Sendable {
    /// An element with its name, attributes in order, and children.
    case element(String, [(String, String)], [SVGNode])
    case text(String)
    case lineEnd

    /// The SVG markup.
    var markup: String {
        switch self {
        case .text(let text): return text.escapedForMarkup
        case .lineEnd: return "\n"
        case .element(let name, let attributes, let children):
            let start = attributes.reduce("<" + name) { $0 + " \($1.0)=\"\($1.1.escapedForMarkup)\"" }
            if children.isEmpty { return start + "/>" }
            return start + ">" + children.map(\.markup).joined() + "</\(name)>"
        }
    }
}

/// A position or length: a fraction of the picture's width, which changes with the window, or pixels, which do not.
///
/// Pictures use percentages in the x direction only. Bars therefore get wider with the page, letters keep their size,
/// and one picture works on a phone and on a large screen.
enum Length: Sendable, Hashable {
    case pixels(Double)
    case share(Double)

    /// The attribute value, rounded to two decimal places.
    var text: String {
        switch self {
        case .pixels(let value): Self.short(value)
        case .share(let value): Self.short(value * 100) + "%"
        }
    }

    private static func short(_ value: Double) -> String {
        var text = NumberText.fixed(value.magnitude, places: 2)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        if text.isEmpty { return "0" }
        return value < 0 && text != "0" ? "-" + text : text
    }
}

extension SVGNode {
    /// The part of a label that is at its position.
    enum Anchor: String, Sendable {
        case start
        case middle
        case end
    }

    /// The root element: as wide as its container, `height` pixels high, and one image with a description for screen
    /// readers.
    static func picture(_ kind: String, height: Double, label: String, _ children: [SVGNode]) -> SVGNode {
        let attributes = [
            ("class", kind), ("role", "img"), ("aria-label", label), ("width", "100%"),
            ("height", Length.pixels(height).text),
        ]
        return .element("svg", attributes, children)
    }

    /// Nodes with a common tooltip, which browsers create from `<title>`.
    static func group(tooltip: [String], _ children: [SVGNode]) -> SVGNode {
        let lines = tooltip.map { [SVGNode.text($0)] }.joined(separator: [.lineEnd])
        return .element("g", [("class", "mark")], [.element("title", [], Array(lines))] + children)
    }

    /// A rectangle; `x` and `width` are fractions of the picture's width, `top` and `height` are pixels.
    static func rectangle(_ kind: String, x: Double, width: Double, top: Double, height: Double) -> SVGNode {
        let attributes = [
            ("class", kind), ("x", Length.share(x).text), ("y", Length.pixels(top).text),
            ("width", Length.share(width).text), ("height", Length.pixels(height).text),
        ]
        return .element("rect", attributes, [])
    }

    /// A line between two points.
    static func line(_ kind: String, from start: (Length, Double), to end: (Length, Double)) -> SVGNode {
        let attributes = [
            ("class", kind), ("x1", start.0.text), ("y1", Length.pixels(start.1).text), ("x2", end.0.text),
            ("y2", Length.pixels(end.1).text),
        ]
        return .element("line", attributes, [])
    }

    /// One line of text; `y` is the baseline.
    static func label(_ text: String, x: Length, y: Double, anchor: Anchor, kind: String = "tick") -> SVGNode {
        let attributes = [
            ("class", kind), ("x", x.text), ("y", Length.pixels(y).text), ("text-anchor", anchor.rawValue),
        ]
        return .element("text", attributes, [.text(text)])
    }
}
