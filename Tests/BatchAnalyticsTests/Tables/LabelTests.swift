import BatchAnalytics
import Testing

struct LabelTests {
    @Test func `labels compare by bytes, not by canonical equivalence`() {
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        #expect(composed == decomposed)
        #expect(Label(composed) != Label(decomposed))
        #expect(Set([Label(composed), Label(decomposed)]).count == 2)
    }

    @Test func `a long name is cut, and two long names stay different`() {
        let (first, second) = (String(repeating: "m", count: 500) + "1", String(repeating: "m", count: 500) + "2")
        #expect(Label(first) != Label(second))
        #expect(Label(first).text.utf8.count <= Label.maximumLength)
        #expect(Label(first).text.hasPrefix("mmmm"))
        #expect(Label(Label(first).text) == Label(first))
    }

    @Test(arguments: [62, 63, 64, 65])
    func `a name is cut only after 64 bytes and never within a character`(length: Int) {
        let name = String(repeating: "x", count: length - 62) + String(repeating: "é", count: 31)
        let label = Label(name)
        #expect((label.text == name) == (length <= 64))
        #expect(!label.text.unicodeScalars.contains("\u{FFFD}"))
    }

    @Test func `the hash is the same in every process`() {
        #expect(Label("claude-opus-4-8").stableHash == 7_770_532_788_075_624_392)
        #expect(Label("").stableHash == 17_280_346_270_528_514_342)
    }

    @Test func `labels are ordered by bytes`() {
        #expect(
            [Label("b"), Label("é"), Label("a"), Label("Z"), Label("")].sorted().map(\.text) == [
                "", "Z", "a", "b", "é",
            ]
        )
    }
}
