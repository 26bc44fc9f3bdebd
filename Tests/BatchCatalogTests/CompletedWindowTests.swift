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

    /// The gaps after a second, as `start-end`.
    private func gaps(_ windows: [CompletedWindow], after since: Int64, until: Int64? = nil) -> [String] {
        windows.gaps(after: Timestamp(seconds: since), until: until.map { Timestamp(seconds: $0) })
            .map { gap in
                [gap.since, gap.until].map { $0.map { "\($0.nanoseconds / 1_000_000_000)" } ?? "" }
                    .joined(separator: "-")
            }
    }

    @Test func `a range without a gap is inside windows that touch, also of several workspaces`() {
        #expect(gaps([span(10, 20)], after: 10) == [])
        #expect(gaps([span(15, 30, "b"), span(10, 20, "a")], after: 12, until: 25) == [])
        #expect(gaps([span(20, 30), span(nil, 20)], after: 0) == [])
        // Nothing is known about the time after the newest batch.
        #expect(gaps([span(10, 20)], after: 15, until: 90) == [])
    }

    @Test func `gaps are before, between and after the windows`() {
        #expect(gaps([span(10, 20)], after: 5) == ["5-10"])
        #expect(gaps([span(30, 40), span(10, 20)], after: 5) == ["5-10", "20-30"])
        #expect(gaps([span(30, 40), span(10, 20)], after: 10, until: 20) == [])
        #expect(gaps([span(30, 40), span(10, 35), span(50, 60)], after: 10) == ["40-50"])
        #expect(gaps([span(10, 20)], after: 5, until: 8) == ["5-10"])
        #expect(gaps([span(10, 20), span(nil, 5)], after: 21, until: 30) == ["21-"])
        #expect(gaps([], after: 21) == ["21-"])
    }
}
