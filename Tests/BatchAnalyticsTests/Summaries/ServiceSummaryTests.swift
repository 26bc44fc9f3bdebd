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
        #expect(summary.geos[Label("us")]?.requests == 1)
        #expect(summary.geos[Label("not_available")]?.requests == 2)
        #expect(summary.geos[Label("")]?.requests == 1)
        #expect(summary.tiers[Label("batch")]?.requests == 2)
        #expect(summary.tiers[Label("priority")]?.requests == 1)
        #expect(summary.tiers[Label("")]?.requests == 1)
    }
}
