import BatchCatalog
import BatchPipeline
import MessageBatches
import Testing

struct WalkedPastTests {
    private func span(_ since: Int64?, _ newest: Int64, _ workspace: String? = nil) -> WalkedSpan {
        WalkedSpan(
            since: since.map { Timestamp(seconds: $0) },
            newest: Timestamp(seconds: newest),
            workspaceID: workspace
        )
    }

    private func past(_ spans: WalkedSpan...) -> WalkedPast {
        var past = WalkedPast(origin: "https://a.example")
        for span in spans { past.add(span) }
        return past
    }

    @Test func `stretches that touch become one`() {
        #expect(past(span(10, 20), span(20, 30)).spans == [span(10, 30)])
        #expect(past(span(20, 30), span(10, 20)).spans == [span(10, 30)])
        #expect(past(span(10, 20), span(30, 40), span(15, 35)).spans == [span(10, 40)])
        #expect(past(span(10, 40), span(20, 30)).spans == [span(10, 40)])
        #expect(past(span(nil, 20), span(15, 30)).spans == [span(nil, 30)])
        #expect(past(span(15, 30), span(nil, 20)).spans == [span(nil, 30)])
    }

    @Test func `a gap stays a gap, and so does another workspace`() {
        #expect(past(span(30, 40), span(10, 20)).spans == [span(10, 20), span(30, 40)])
        #expect(past(span(10, 20, "a"), span(15, 30, "b")).spans.count == 2)
    }

    @Test func `the newest stretch that reaches back is found`() {
        let past = past(span(10, 20), span(30, 40))
        #expect(past.span(reachingBackTo: Timestamp(seconds: 30)) == span(30, 40))
        #expect(past.span(reachingBackTo: Timestamp(seconds: 25)) == nil)
        #expect(past.span(reachingBackTo: Timestamp(seconds: 15)) == span(10, 20))
        #expect(past.span(reachingBackTo: nil) == nil)
        #expect(self.past(span(nil, 20)).span(reachingBackTo: nil) == span(nil, 20))
    }
}
