import BatchAnalytics
import BatchArchive
import BatchPipeline
import MessageBatches
import Tables
import TestSupport
import Testing

struct BatchScanTests {
    private struct Sample {
        var entry: SummarizedBatch
        var requests: [Request]
    }

    private let samples: [Sample]

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
    private func scanned(_ grouping: String) throws -> Table {
        let grouping = try Grouping(grouping)
        var rollUp = RollUp(by: grouping, isScan: true)
        for sample in samples {
            var whole = BatchScan(by: grouping)
            for part in [sample.requests[70...], sample.requests[..<70]] {
                var scan = BatchScan(by: grouping)
                scan.fold(DecodedBlock(Array(part)).priced(of: sample.entry.batch))
                whole.merge(scan)
            }
            rollUp.add(whole, of: sample.entry.batch, workspace: sample.entry.workspace)
        }
        return rollUp.table(notes: [])
    }

    private func summarized(_ grouping: String) throws -> Table {
        var rollUp = RollUp(by: try Grouping(grouping))
        for sample in samples { rollUp.add(sample.entry) }
        return rollUp.table(notes: [])
    }

    @Test(arguments: [
        "", "day", "batch", "model", "day,result", "stop-reason", "stop-category", "prefix", "service-tier",
        "geo",
    ])
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
        let keyColumns = RollUp(by: try Grouping(grouping), isScan: true).keyColumns.count
        let names = Set(table.rows.map { Array($0.prefix(keyColumns)) })
        #expect(names.count == table.rows.count)
    }

    @Test func `an error's row has fingerprint, type and message at any position of the key`() throws {
        for grouping in ["error,prefix", "prefix,error"] {
            let table = try scanned(grouping)
            let known = try summarized("error")
            #expect(Set(table.column("fingerprint")).isSubset(of: known.column("fingerprint")))
            #expect(Set(table.column("error_type")).isSubset(of: known.column("error_type")))
            #expect(table.column("prefix").contains(.text("doc")))
        }
    }
}
