import BatchAnalytics
import BatchPipeline
import MessageBatches
import Testing

struct ServiceSummaryTests {
    @Test func `succeeded requests are counted by tier and by geo`() {
        var us = Request.succeeded()
        (us.geo, us.tier) = ("us", "priority")
        var none = Request.succeeded()
        (none.geo, none.tier) = (nil, nil)
        let summary = ServiceSummary([us, none, .succeeded(), .succeeded(), .other(.expired)])
        #expect(summary.geos[Label("us")]?.count == 1)
        #expect(summary.geos[Label("not_available")]?.count == 2)
        #expect(summary.geos[Label("")]?.count == 1)
        #expect(summary.tiers[Label("batch")]?.count == 2)
        #expect(summary.tiers[Label("priority")]?.count == 1)
        #expect(summary.tiers[Label("")]?.count == 1)
    }
}
