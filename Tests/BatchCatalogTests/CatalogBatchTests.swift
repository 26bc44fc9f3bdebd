import BatchCatalog
import BatchPipeline
import MessageBatches
import Testing

/// The ways of a batch from state to state.
struct CatalogBatchTests {
    private let now = Samples.now

    @Test func `a batch waits until it has ended`() {
        var batch = Samples.batch()
        batch.status = .inProgress
        batch.resultsURL = nil
        var row = CatalogBatch(batch, seenAt: now, serverDate: now)
        #expect(row.state == .pending && !row.wasAvailable)
        row.update(from: Samples.batch(), at: now, serverDate: now)
        #expect(row.state == .new && row.wasAvailable)
    }

    @Test func `removed is lost only after it was seen fetchable`() {
        var removed = Samples.batch()
        removed.archivedAt = now
        #expect(CatalogBatch(removed, seenAt: now, serverDate: now).state == .removed)
        var row = Samples.row()
        row.update(from: removed, at: now, serverDate: now)
        #expect(row.state == .lost && row.finalizedAt == now)
    }

    @Test func `listed with results behind its 29 days is not yet fetchable, tried and failed is`() {
        let old = Samples.batch(daysBefore: 40)
        var untried = CatalogBatch(old, seenAt: now, serverDate: now)
        var tried = untried
        #expect(!untried.wasAvailable)
        untried.record(.removed, error: "", at: now)
        #expect(untried.state == .removed)
        tried.record(.failed(.service(Samples.failure(500))), error: "", at: now)
        tried.record(.removed, error: "", at: now)
        #expect(tried.state == .lost)
    }

    @Test func `the server's clock decides the age, not ours`() {
        let batch = Samples.batch()
        let late = now.adding(seconds: 40 * Samples.day)
        #expect(CatalogBatch(batch, seenAt: late, serverDate: now).wasAvailable)
        #expect(!CatalogBatch(batch, seenAt: now, serverDate: late).wasAvailable)
    }

    @Test func `an archived batch keeps nothing of its failures`() {
        var row = Samples.row()
        row.record(.failed(.service(Samples.failure(500, requestID: "req_0"))), error: "status 500", at: now)
        #expect(row.state == .failed && row.attempts == 1 && row.requestIDs == ["req_0"])
        row.record(Samples.archived(Samples.batch()), error: "archived", at: now)
        #expect(row.state == .archived && row.attempts == 0 && row.lastError == nil && row.nextTryAt == nil)
        #expect(row.requestIDs == ["req_1"])
        // What happens at the service later does not matter any more.
        var removed = Samples.batch()
        removed.archivedAt = now
        row.update(from: removed, at: now, serverDate: now)
        #expect(row.state == .archived && row.removedAt == now)
    }

    @Test func `a quarantined batch stays so until it is archived or removed`() {
        var row = Samples.row()
        row.record(.quarantined([]), error: "odd", at: now)
        row.record(.failed(.service(Samples.failure(500))), error: "status 500", at: now)
        row.record(.unavailable(Samples.failure(404)), error: "status 404", at: now)
        #expect(row.state == .quarantined && row.attempts == 3 && row.lastError == "status 404")
        row.markPartial()
        #expect(row.state == .quarantined)
        row.record(Samples.archived(Samples.batch()), error: "", at: now)
        #expect(row.state == .archived)
    }

    @Test func `a batch whose time was up is not put off`() {
        var row = Samples.row()
        for _ in 0..<3 { row.record(.failed(.deadline(.seconds(60))), error: "60 s", at: now) }
        #expect(row.state == .failed && row.attempts == 0 && row.nextTryAt == nil && row.lastError == "60 s")
    }

    @Test func `the last request-ids are kept, the newest at the end`() {
        var row = Samples.row()
        for number in 1...20 {
            row.record(.unavailable(Samples.failure(404, requestID: "req_\(number)")), error: "", at: now)
        }
        #expect(row.requestIDs == (13...20).map { "req_\($0)" })
    }

    @Test func `a state no file bears out is taken back`() {
        var row = Samples.row()
        row.record(Samples.archived(Samples.batch()), error: "", at: now)
        row.reopen()
        #expect(row.state == .new && row.finalizedAt == nil)
        row.record(.failed(.unsafeID), error: "", at: now)
        row.markPartial()
        row.reopen()
        #expect(row.state == .failed)
        row.reopen()
        #expect(row.state == .failed)
    }

    @Test func `a batch that is not listed any more is given up only behind its days, by the server's clock`() {
        let behind = now.adding(seconds: 29 * Samples.day)
        var row = Samples.row()
        row.recordMissing("gone", at: behind, serverDate: nil)
        #expect(row.state == .unavailable && row.lastError == "gone")
        row.recordMissing("gone", at: now, serverDate: behind)
        #expect(row.state == .lost)
    }
}
