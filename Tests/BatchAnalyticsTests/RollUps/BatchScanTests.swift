import BatchAnalytics
import BatchArchive
import BatchPipeline
import MessageBatches
import Prices
import Tables
import TestSupport
import Testing

struct BatchScanTests {
    private struct Sample {
        var entry: SummarizedBatch
        var requests: [Request]
    }

    private let samples: [Sample]
    private let pricer = Pricer(table: .builtIn)

    init() {
        var random = SeededGenerator(seed: 5)
        samples = (0..<4)
            .map { number in
                let requests = (0..<120).map { _ in Request.random(using: &random, strangeness: 3) }
                let entry = SummarizedBatch.folded(
                    requests,
                    id: "msgbatch_\(number)",
                    created: "2026-11-1\(number)T00:00:00Z",
                    ended: "2026-11-1\(number)T05:00:00Z"
                )
                return Sample(entry: entry, requests: requests)
            }
    }

    /// The table from the lines, in several blocks that are folded separately.
    private func scanned(_ grouping: String, pricer: Pricer? = nil) throws -> Table {
        let (grouping, pricer) = (try Grouping(grouping), pricer ?? self.pricer)
        var rollUp = RollUp(by: grouping, pricer: pricer, isScan: true)
        for sample in samples {
            let day = sample.entry.batch.createdAt.day
            var whole = BatchScan(by: grouping, pricer: pricer, day: day)
            for part in [sample.requests[70...], sample.requests[..<70]] {
                var scan = BatchScan(by: grouping, pricer: pricer, day: day)
                scan.fold(DecodedBlock(Array(part)))
                whole.merge(scan)
            }
            rollUp.add(whole, of: sample.entry.batch, workspace: sample.entry.workspace)
        }
        return rollUp.table(notes: [])
    }

    private func summarized(_ grouping: String) throws -> Table {
        var rollUp = RollUp(by: try Grouping(grouping), pricer: pricer)
        for sample in samples { rollUp.add(sample.entry) }
        return rollUp.table(notes: [])
    }

    @Test(arguments: ["", "day", "batch", "model", "day,result", "stop-reason", "prefix", "service-tier", "geo"])
    func `a scan of the lines gives the same table as the summaries`(grouping: String) throws {
        let (scan, expected) = (try scanned(grouping), try summarized(grouping))
        for column in expected.columns.map(\.key) {
            #expect(scan.column(column) == expected.column(column), "\(column)")
            #expect(scan.total(column) == expected.total(column), "\(column)")
        }
        #expect(scan.notes == expected.notes)
    }

    @Test func `a scan counts the same errors as the summaries`() throws {
        let (scan, expected) = (try scanned("error"), try summarized("error"))
        // Errors with equal counts have another order.
        func rows(_ table: Table) -> Set<[Cell]> {
            let columns = ["fingerprint", "error_type", "requests"].map { table.column($0) }
            return Set(columns[0].indices.map { row in columns.map { $0[row] } })
        }
        #expect(rows(scan) == rows(expected))
        #expect(scan.total("requests") == expected.total("requests"))
    }

    @Test(arguments: [
        "model,result", "prefix,stop-reason,day", "geo,service-tier,model", "error,prefix", "prefix,error",
    ])
    func `keys can be combined, and no count is lost`(grouping: String) throws {
        let table = try scanned(grouping)
        #expect(table.rows.count > 4)
        #expect(table.rows.allSatisfy { $0.count == table.columns.count })
        let sum = table.column("requests").compactMap(\.number).reduce(0, +)
        #expect(table.total("requests")?.number == sum)
        #expect(sum > 30)
        let keyColumns = RollUp(by: try Grouping(grouping), pricer: pricer, isScan: true).keyColumns.count
        let names = Set(table.rows.map { Array($0.prefix(keyColumns)) })
        #expect(names.count == table.rows.count)
    }

    @Test func `an error's row has fingerprint, type and message at any position of the key`() throws {
        for grouping in ["error,prefix", "prefix,error"] {
            let table = try scanned(grouping)
            let known = try summarized("error")
            #expect(Set(table.column("fingerprint")).isSubset(of: known.column("fingerprint")))
            #expect(Set(table.column("error_type")).isSubset(of: known.column("error_type")))
            #expect(table.column("prefix").contains(.text("doc_2024-")))
        }
    }

    @Test func `a scan prices requests with any prompt size limits`() throws {
        let csv = """
            model_id,prompt_min,prompt_max,input,cache_write_5m,cache_write_1h,cache_read,output
            claude-opus-4-8,,1000,2,2,2,2,2
            claude-opus-4-8,1001,,4,4,4,4,4
            """
        let table = try PriceTableReader.table(csv: csv, origin: .file("own.csv"))
        #expect(throws: TierEdgesError(edges: [1_000])) { try Pricer(forSummaries: table) }
        let total = try scanned("", pricer: Pricer(table: table)).total("cost_usd")
        var expected: Int128 = 0
        for request in samples.flatMap(\.requests) where request.type == .succeeded && request.usageIsReadable {
            guard request.model == "claude-opus-4-8" else { continue }
            let usage = request.usage
            let price: Int128 = usage.prompt <= 1_000 ? 1_000_000 : 2_000_000
            expected += Int128(usage.prompt + usage.output) * price
            expected += Int128(usage.webSearches) * 10_000_000_000
        }
        #expect(expected > 0)
        #expect(total == .money(Money(picoDollars: expected)))
    }
}
