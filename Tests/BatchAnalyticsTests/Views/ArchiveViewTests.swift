import BatchAnalytics
import BatchPipeline
import Foundation
import Testing

struct ArchiveViewTests {
    @Test(arguments: ArchiveView.all.filter { $0.name != "datasette.sh" })
    func `every view of the flat table names every column once`(view: ArchiveView) {
        for column in FlatSchema.columns {
            let quoted = view.text.components(separatedBy: "\"\(column.name)\"").count - 1
            let plain = view.text.contains(" \(column.name)") || quoted > 0
            #expect(plain, "\(view.name): \(column.name)")
        }
    }

    @Test(arguments: ["schema/results.schema.json", "datapackage.json"])
    func `JSON views contain valid JSON`(name: String) throws {
        let view = try #require(ArchiveView.all.first { $0.name == name })
        _ = try JSONSerialization.jsonObject(with: Data(view.text.utf8))
    }

    @Test func `names are unique and every text ends with a line feed`() {
        #expect(Set(ArchiveView.all.map(\.name)).count == ArchiveView.all.count)
        for view in ArchiveView.all { #expect(view.text.hasSuffix("\n"), "\(view.name)") }
    }

    @Test(arguments: ["duckdb.sql", "clickhouse.sql", "spark.py", "polars.py"])
    func `no view computes prices`(name: String) throws {
        let view = try #require(ArchiveView.all.first { $0.name == name })
        for word in ["10000000000", "valid_from", "claude-", "picodollars"] { #expect(!view.text.contains(word)) }
    }
}
