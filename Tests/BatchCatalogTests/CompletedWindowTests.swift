import BatchCatalog
import BatchPipeline
import MessageBatches
import Testing

struct CompletedWindowTests {
    private func span(_ since: Int64?, _ end: Int64, _ workspace: String? = nil) -> CompletedWindow {
        CompletedWindow(
            since: since.map { Timestamp(seconds: $0) },
            end: Timestamp(seconds: end),
            workspaceID: workspace
        )
    }

    private func past(_ spans: CompletedWindow...) -> [CompletedWindow] {
        var past: [CompletedWindow] = []
        for span in spans { past.add(span) }
        return past
    }

    @Test func `windows that touch become one`() {
        #expect(past(span(10, 20), span(20, 30)) == [span(10, 30)])
        #expect(past(span(20, 30), span(10, 20)) == [span(10, 30)])
        #expect(past(span(10, 20), span(30, 40), span(15, 35)) == [span(10, 40)])
        #expect(past(span(10, 40), span(20, 30)) == [span(10, 40)])
        #expect(past(span(nil, 20), span(15, 30)) == [span(nil, 30)])
        #expect(past(span(15, 30), span(nil, 20)) == [span(nil, 30)])
    }

    @Test func `a gap stays a gap, and so does another workspace`() {
        #expect(past(span(30, 40), span(10, 20)) == [span(10, 20), span(30, 40)])
        #expect(past(span(10, 20, "a"), span(15, 30, "b")).count == 2)
    }

    @Test func `the newest window that reaches back is found`() {
        let past = past(span(10, 20), span(30, 40))
        #expect(past.window(reachingBackTo: Timestamp(seconds: 30)) == span(30, 40))
        #expect(past.window(reachingBackTo: Timestamp(seconds: 25)) == nil)
        #expect(past.window(reachingBackTo: Timestamp(seconds: 15)) == span(10, 20))
        #expect(past.window(reachingBackTo: nil) == nil)
        #expect(self.past(span(nil, 20)).window(reachingBackTo: nil) == span(nil, 20))
    }
}
