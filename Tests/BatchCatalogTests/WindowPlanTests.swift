import BatchCatalog
import BatchPipeline
import MessageBatches
import Testing

struct WindowPlanTests {
    private let now = Timestamp(seconds: 1_800_000_000)
    private let day: Int64 = 86_400

    /// The part of a window of 100 days that need not be listed, given the end of the completed window in the catalog.
    private func completed(endingDaysFromNow days: Int64) throws -> (window: CompletedWindow?, isInvalid: Bool) {
        let catalog = try Catalog(inMemory: ())
        let window = CompletedWindow(
            since: now.adding(seconds: -200 * day),
            end: now.adding(seconds: days * day),
            workspaceID: nil
        )
        try catalog.save([window], of: "https://api.example")
        let plan = try WindowPlan(catalog, origin: "https://api.example", now: now)
        let selection = ExportSelection(
            window: BatchWindow(since: now.adding(seconds: -100 * day)),
            filter: BatchFilter()
        )
        return (plan.resolve(selection, isFull: false).completed, plan.hasInvalidWindow)
    }

    @Test func `a completed window is not listed again`() throws {
        let plan = try completed(endingDaysFromNow: -1)
        #expect(plan.window?.end == now.adding(seconds: -32 * day))
        #expect(!plan.isInvalid)
    }

    @Test(arguments: [1, 26, 25_000] as [Int64])
    func `a completed window that ends in the future is ignored`(days: Int64) throws {
        let plan = try completed(endingDaysFromNow: days)
        #expect(plan.window == nil)
        #expect(plan.isInvalid)
    }

    /// Whether the window of a run without `--since` is short, after a run that listed 30 days.
    private func isShort(runStartedDaysAgo days: Int64) throws -> Bool {
        let catalog = try Catalog(inMemory: ())
        let window = CompletedWindow(
            since: now.adding(seconds: -60 * day),
            end: now.adding(seconds: -day),
            workspaceID: nil
        )
        try catalog.save([window], of: "https://api.example")
        let started = now.adding(seconds: -days * day)
        var run = try catalog.begin(CatalogRun(command: "export", arguments: [], version: "1", startedAt: started))
        (run.finishedAt, run.listedSince) = (started, started.adding(seconds: -31 * day))
        try catalog.save(run)
        let plan = try WindowPlan(catalog, origin: "https://api.example", now: now)
        let selection = ExportSelection(window: BatchWindow(), filter: BatchFilter())
        return plan.resolve(selection, isFull: false).completed != nil
    }

    @Test func `a run that a wrong clock put into the future does not postpone the weekly walk`() throws {
        #expect(try isShort(runStartedDaysAgo: 1))
        #expect(try !isShort(runStartedDaysAgo: 7))
        #expect(try !isShort(runStartedDaysAgo: -2))
        #expect(try !isShort(runStartedDaysAgo: -26))
    }
}
