import BatchAnalytics
import BatchPipeline
import MessageBatches
import Testing

struct QueueSummaryTests {
    @Test func `a batch counts once however many blocks it has`() {
        var summary = QueueSummary([.succeeded()], of: .ended())
        summary.fold(DecodedBlock([.succeeded()], firstLine: 2), of: .ended())
        summary.fold(DecodedBlock([.succeeded()], firstLine: 3), of: .ended())
        #expect(summary.seconds.count == 1)
        #expect(summary.seconds.maximum == 5_400)
    }

    @Test func `waits are counted by the hour of creation in UTC`() {
        var summary = QueueSummary([.succeeded()], of: .ended(created: "2026-03-02T23:59:59.999+02:00"))
        summary.merge(
            QueueSummary([.succeeded()], of: .ended(created: "2026-03-02T21:00:00Z", ended: "2026-03-02T22:00:00Z"))
        )
        summary.merge(
            QueueSummary([.succeeded()], of: .ended(created: "1969-12-31T23:59:59Z", ended: "1970-01-01T00:00:09Z"))
        )
        #expect(summary.hours[21].batches == 2)
        #expect(summary.hours[23] == QueueHour(batches: 1, seconds: 10))
        #expect(summary.hours[21].mean != nil)
        #expect(summary.hours[0].mean == nil)
    }

    @Test func `waits of more than twenty hours are told`() {
        var summary = QueueSummary(
            [.succeeded()],
            of: .ended(created: "2026-03-02T00:00:00Z", ended: "2026-03-02T20:00:00Z")
        )
        summary.merge(
            QueueSummary([.succeeded()], of: .ended(created: "2026-03-02T00:00:00Z", ended: "2026-03-02T20:00:01Z"))
        )
        #expect(summary.longWaits == 1)
        #expect(summary.longWaitShare == 0.5)
        #expect(QueueSummary().longWaitShare == nil)
    }

    @Test func `a batch without an end is left out and one that ends before it began took no time`() {
        #expect(QueueSummary([.succeeded()], of: .ended(ended: nil)) == QueueSummary())
        let summary = QueueSummary([.succeeded()], of: .ended(ended: "2026-03-02T09:59:59Z"))
        #expect(summary.seconds.maximum == 0)
        #expect(summary.seconds.count == 1)
    }
}
