import BatchAnalytics
import BatchPipeline
import Foundation
import Prices
import Testing

struct ArchiveViewTests {
    @Test(arguments: ArchiveView.all().filter { $0.name != "datasette.sh" })
    func `every view of the flat table names every column once`(view: ArchiveView) {
        for column in FlatSchema.columns {
            let quoted = view.text.components(separatedBy: "\"\(column.name)\"").count - 1
            let plain = view.text.contains(" \(column.name)") || quoted > 0
            #expect(plain, "\(view.name): \(column.name)")
        }
    }

    @Test(arguments: ["schema/results.schema.json", "datapackage.json"])
    func `JSON views contain valid JSON`(name: String) throws {
        let view = try #require(ArchiveView.all().first { $0.name == name })
        _ = try JSONSerialization.jsonObject(with: Data(view.text.utf8))
    }

    @Test func `names are unique and every text ends with a line feed`() {
        #expect(Set(ArchiveView.all().map(\.name)).count == ArchiveView.all().count)
        for view in ArchiveView.all() { #expect(view.text.hasSuffix("\n"), "\(view.name)") }
    }

    @Test func `the SQL contains every price of the table under every name of its model`() throws {
        let sql = try #require(ArchiveView.all().first { $0.name == "duckdb.sql" }).text
        for name in PriceTable.builtIn.rows.flatMap({ [$0.model] + $0.aliases }) {
            #expect(sql.contains("'\(name)', true") && sql.contains("'\(name)', false"), "\(name)")
        }
    }
}
