import Tables
import Testing

@testable import BatchReports

@Suite struct SVGNodeTests {
    @Test func `text and attribute values are escaped, line ends between tooltip lines stay`() {
        let node = SVGNode.group(
            tooltip: ["a<b", "c\nd"],
            [.label("\"\u{301}", x: .share(0.5), y: 3, anchor: .middle)]
        )
        #expect(
            node.markup == """
                <g class="mark"><title>a&lt;b
                c␊d</title><text class="tick" x="50%" y="3" text-anchor="middle">&quot;\u{301}</text></g>
                """
        )
        let attack = ReportFixture.attack
        let root = SVGNode.picture("plot", height: 10, label: attack, [])
        #expect(root.markup.contains("aria-label=\"\(attack.escapedForMarkup)\""))
    }

    @Test(arguments: [
        (Length.pixels(0), "0"), (.pixels(12.5), "12.5"), (.pixels(1 / 3.0), "0.33"), (.pixels(-8), "-8"),
        (.pixels(-0.001), "0"),
        (.pixels(100), "100"), (.share(0.5), "50%"), (.share(1), "100%"), (.share(0.123456), "12.35%"),
    ])
    func `lengths are short`(length: Length, text: String) {
        #expect(length.text == text)
    }
}
