import BatchAnalytics
import BatchArchive
import BatchPipeline
import MessageBatches
import Prices
import Tables
import TestSupport
import Testing

/// What counts as a difference between the archive and the reports.
struct ReconciliationTests {
    private static let haiku = "claude-haiku-4-5-20251001"
    private static let now = Timestamp("2026-11-20T00:00:00Z") ?? Timestamp(seconds: 0)

    private func day(_ text: String) throws -> Timestamp { try #require(CalendarDay(text)).start }

    private func reconciled(
        _ batches: [SummarizedBatch],
        _ report: UsageReport,
        since: String = "2026-11-01",
        until: String = "2026-11-04",
        _ change: (inout ReconciliationFacts) -> Void = { _ in }
    ) throws -> Reconciliation {
        let window = ReconciledPeriod(since: try day(since), until: try day(until))
        var archived = ArchivedUsage(window: window, models: .builtIn)
        // Parts are merged in any order, as by a parallel reader.
        for batch in batches {
            var part = ArchivedUsage(window: window, models: .builtIn)
            part.add(batch)
            archived.merge(part)
        }
        var facts = ReconciliationFacts(now: Self.now)
        change(&facts)
        return Reconciliation(archived, with: report, facts: facts)
    }

    private func batch(_ created: String, _ ended: String, model: String = haiku, input: Int64 = 1_000)
        -> SummarizedBatch
    {
        .folded([.succeeded("a-1", model: model, input: input)], created: created, ended: ended)
    }

    private func usage(
        _ text: String,
        _ input: Int64,
        model: String? = haiku,
        workspace: String? = "wrkspc_a"
    ) throws -> UsageReport.Row<TokenUsage> {
        var usage = TokenUsage()
        usage.input = input
        let start = try day(text)
        return UsageReport.Row(
            startsAt: start,
            endsAt: start.adding(seconds: 86_400),
            model: model,
            workspaceID: workspace,
            value: usage
        )
    }

    private func cost(_ text: String, cents: String) throws -> UsageReport.Row<ReportedAmount> {
        let start = try day(text)
        return UsageReport.Row(
            startsAt: start,
            endsAt: start.adding(seconds: 86_400),
            model: Self.haiku,
            workspaceID: "wrkspc_a",
            value: try #require(ReportedAmount(cents: cents))
        )
    }

    /// The differences as `day model metric`, with `all` for the whole window.
    private func differences(_ reconciliation: Reconciliation) -> [String] {
        reconciliation.groups.flatMap { group in
            group.differences.map { "\(group.day?.text ?? "all") \($0.metric.name) \($0.difference ?? 0)" }
        }
    }

    @Test(arguments: [0, 400, 1_000] as [Int64])
    func `a batch that crosses midnight leaves its days open, but not the window`(first: Int64) throws {
        let crossing = batch("2026-11-01T23:00:00Z", "2026-11-02T03:00:00Z")
        // 1,000 input tokens at 0.50 dollars per million.
        let report = UsageReport(
            usage: [try usage("2026-11-01", first), try usage("2026-11-02", 1_000 - first)],
            costs: [try cost("2026-11-01", cents: "0.05")]
        )
        #expect(differences(try reconciled([crossing], report)).isEmpty)
        let more = UsageReport(usage: report.usage + [try usage("2026-11-02", 1)], costs: report.costs)
        let found = try reconciled([crossing], more)
        #expect(differences(found) == (first == 0 ? ["2026-11-02 input_tokens 1"] : []) + ["all input_tokens 1"])
    }

    @Test func `a batch that crosses the edge of the window leaves the window open`() throws {
        let crossing = batch("2026-10-31T23:00:00Z", "2026-11-01T03:00:00Z")
        for input in [0, 999, 1_000] as [Int64] {
            let report = UsageReport(usage: [try usage("2026-11-01", input)])
            #expect(differences(try reconciled([crossing], report)).isEmpty, "\(input)")
        }
        let found = try reconciled([crossing], UsageReport(usage: [try usage("2026-11-01", 1_003)]))
        #expect(differences(found) == ["2026-11-01 input_tokens 3"])
        #expect(found.crossingBatches == 1)
    }

    @Test func `a batch before the window and one after it do not count`() throws {
        let batches = [
            batch("2026-10-31T20:00:00Z", "2026-10-31T23:59:59Z"),
            batch("2026-11-04T00:00:00Z", "2026-11-04T01:00:00Z"),
        ]
        #expect(try reconciled(batches, UsageReport()).groups.isEmpty)
    }

    @Test func `costs may differ by the rounding of the report, and not more`() throws {
        let inside = batch("2026-11-01T01:00:00Z", "2026-11-01T02:00:00Z", input: 1_001)
        let rows = [try usage("2026-11-01", 1_001)]
        // The exact amount is 0.05005 cents.
        for cents in ["0.05005", "0.0501", "0.05", "0.0500500000"] {
            let report = UsageReport(usage: rows, costs: [try cost("2026-11-01", cents: cents)])
            #expect(differences(try reconciled([inside], report)).isEmpty, "\(cents)")
        }
        let report = UsageReport(usage: rows, costs: [try cost("2026-11-01", cents: "0.0503")])
        let found = try reconciled([inside], report)
        #expect(differences(found) == ["2026-11-01 token_cost_usd 2500000"])
        #expect(found.groups[0].reasons == [.prices])
    }

    @Test func `the most precise amount of a report limits the rounding of all`() throws {
        let inside = [
            batch("2026-11-01T01:00:00Z", "2026-11-01T02:00:00Z"),
            batch("2026-11-02T01:00:00Z", "2026-11-02T02:00:00Z", input: 1_001),
        ]
        let rows = [try usage("2026-11-01", 1_000), try usage("2026-11-02", 1_001)]
        // 0.1 cents would be 0.05 cents rounded, if 0.05005 did not show more places.
        let costs = [try cost("2026-11-01", cents: "0.1"), try cost("2026-11-02", cents: "0.05005")]
        let found = differences(try reconciled(inside, UsageReport(usage: rows, costs: costs)))
        #expect(found == ["2026-11-01 token_cost_usd 500000000", "all token_cost_usd 500000000"])
        let rounded = UsageReport(usage: rows, costs: [costs[0], try cost("2026-11-02", cents: "0.1")])
        #expect(differences(try reconciled(inside, rounded)).isEmpty)
    }

    @Test func `requests without a price leave the cost open to more`() throws {
        let unknown = batch("2026-11-01T01:00:00Z", "2026-11-01T02:00:00Z", model: "claude-99")
        var row = try cost("2026-11-01", cents: "500")
        row.model = "claude-99"
        let report = UsageReport(usage: [try usage("2026-11-01", 1_000, model: "claude-99")], costs: [row])
        let found = try reconciled([unknown], report)
        #expect(differences(found).isEmpty)
        #expect(found.groups[0].reasons == [.unpriced(1)])
        let rows = found.table(forPeople: false, notes: []).rows.filter { $0[2] == .text("token_cost_usd") }
        #expect(rows.map { $0[4] } == [.missing] && rows.map { $0[7] } == [.text("unpriced")])
    }

    @Test func `web searches are compared by number and not by cost`() throws {
        let searching = SummarizedBatch.folded(
            [.succeeded("a-1", model: Self.haiku, input: 1_000, searches: 2)],
            created: "2026-11-01T01:00:00Z",
            ended: "2026-11-01T02:00:00Z"
        )
        var row = try usage("2026-11-01", 1_000)
        row.value.webSearches = 3
        let report = UsageReport(usage: [row], costs: [try cost("2026-11-01", cents: "0.05")])
        #expect(differences(try reconciled([searching], report)) == ["2026-11-01 web_search_requests 1"])
    }

    @Test func `web searches of requests without a price are not subtracted from the cost of others`() throws {
        let model = "claude-mythos-preview"
        // The model has no price for tokens read from the cache. The first request costs 1.25 cents.
        let requests: [Request] = [
            .succeeded("a-1", model: model, input: 1_000), .succeeded("a-2", model: model, read: 10, searches: 2),
            .succeeded("a-3", model: "claude-99", searches: 2), .succeeded("a-4", model: "claude-99", searches: 2),
        ]
        let mixed = SummarizedBatch.folded(requests, created: "2026-11-01T01:00:00Z", ended: "2026-11-01T02:00:00Z")
        var rows = [try usage("2026-11-01", 1_000, model: model), try usage("2026-11-01", 0, model: "claude-99")]
        (rows[0].value.cacheRead, rows[0].value.webSearches, rows[1].value.webSearches) = (10, 2, 4)
        var row = try cost("2026-11-01", cents: "0.5")
        row.model = model
        let found = try reconciled([mixed], UsageReport(usage: rows, costs: [row]))
        let low = found.groups.map { group in group.values.first { $0.metric == .tokenCost }?.low }
        #expect(low == [0, 12_500_000_000])
        #expect(differences(found) == ["2026-11-01 token_cost_usd -7500000000"])
    }

    @Test(arguments: ["claude-haiku-4-5", "us.anthropic.claude-haiku-4-5-20251001-v1:0", haiku])
    func `spellings and aliases of a model are one model`(name: String) throws {
        let inside = batch("2026-11-01T01:00:00Z", "2026-11-01T02:00:00Z", model: name)
        let report = UsageReport(
            usage: [try usage("2026-11-01", 1_000)],
            costs: [try cost("2026-11-01", cents: "0.05")]
        )
        let found = try reconciled([inside], report)
        #expect(found.groups.map(\.model) == [Self.haiku] && differences(found).isEmpty)
    }

    @Test func `a model that only one side has is a difference with its reasons`() throws {
        let inside = batch("2026-11-01T01:00:00Z", "2026-11-01T02:00:00Z", model: "claude-99")
        let report = UsageReport(
            usage: [try usage("2026-11-01", 7, model: "claude-77"), try usage("2026-11-01", 5, model: nil)]
        )
        let found = try reconciled([inside], report)
        #expect(found.groups.map(\.model) == ["(none)", "claude-77", "claude-99"])
        #expect(found.groups[1].reasons == [.notListed, .otherTools])
        #expect(found.groups[2].reasons == [.notReported, .unpriced(1)])
    }

    @Test func `the catalog names the likely reasons for what the archive lacks`() throws {
        let report = UsageReport(usage: [try usage("2026-11-01", 7)])
        let found = try reconciled([], report) { facts in
            for (ended, isRemoved) in [("2026-11-01T05:00:00Z", false), ("2026-11-01T06:00:00Z", true)] {
                let created = Timestamp("2026-11-01T04:00:00Z") ?? Self.now
                let gap = ReconciliationFacts.Gap(createdAt: created, endedAt: Timestamp(ended), isRemoved: isRemoved)
                facts.gaps.append(gap)
            }
            facts.listed = [[CompletedWindow(since: nil, end: Self.now, workspaceID: nil)]]
        }
        #expect(found.groups[0].reasons == [.notArchived(1), .removed(1), .otherTools])
    }

    @Test func `only the workspaces of the archive are compared`() throws {
        var own = batch("2026-11-01T01:00:00Z", "2026-11-01T02:00:00Z")
        own.workspaceID = "wrkspc_a"
        let costs = [try cost("2026-11-01", cents: "0.05")]
        let rows = [try usage("2026-11-01", 1_000), try usage("2026-11-01", 77, workspace: "wrkspc_b")]
        let found = try reconciled([own], UsageReport(usage: rows, costs: costs))
        #expect(differences(found).isEmpty)
        #expect(found.otherWorkspaceIDs == ["wrkspc_b"])
        let withDefault = rows + [try usage("2026-11-01", 5, workspace: nil)]
        let other = try reconciled([own], UsageReport(usage: withDefault, costs: costs))
        #expect(differences(other).isEmpty)
        #expect(other.otherWorkspaceIDs == ["wrkspc_b", "default"])
        // The older reports name the default workspace null, but its batches have its ID.
        own.workspaceID = "wrkspc_default"
        var row = costs[0]
        row.workspaceID = nil
        let report = UsageReport(usage: [try usage("2026-11-01", 1_000, workspace: nil)], costs: [row])
        #expect(differences(try reconciled([own], report)).isEmpty)
    }

    @Test func `people read one row per day and model, programs one per metric`() throws {
        let inside = batch("2026-11-01T01:00:00Z", "2026-11-01T02:00:00Z")
        let crossing = batch("2026-11-01T23:00:00Z", "2026-11-02T01:00:00Z")
        let report = UsageReport(usage: [try usage("2026-11-01", 1_500), try usage("2026-11-02", 1_500)])
        let found = try reconciled([inside, crossing], report)
        let people = found.table(forPeople: true, notes: ["A note."])
        #expect(people.rows.map { $0[0] } == [.text("2026-11-01"), .text("2026-11-02"), .text("all days")])
        #expect(people.rows[0][2] == .text("1,000 to 2,000") && people.rows[2][2] == .integer(2_000))
        #expect(people.rows[2][4] == .integer(1_000))
        #expect(people.notes.contains(Reconciliation.rule) && people.notes.last == "A note.")
        let data = found.table(forPeople: false, notes: [])
        let first: [Cell] = [
            .text("2026-11-01"), .text(Self.haiku), .text("input_tokens"), .integer(1_000), .integer(2_000),
            .integer(1_500), .integer(0), .missing,
        ]
        #expect(data.rows.first == first)
    }
}
