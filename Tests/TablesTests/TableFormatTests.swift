import Foundation
@testable import Tables
import Testing

@Suite struct TableFormatTests {
    @Test func `the names are those of the command line`() {
        #expect(TableFormat.allCases.map(\.rawValue) == ["table", "json", "ndjson", "csv", "tsv", "markdown"])
    }

    @Test func `rows are a table on a terminal and NDJSON in a pipe`() {
        #expect(TableFormat.standard(outputIsTerminal: true) == .table)
        #expect(TableFormat.standard(outputIsTerminal: false) == .ndjson)
    }

    @Test func `every renderer in the folder has a case`() throws {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = package.appending(path: "Sources/Tables/Formats")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let registered = TableFormat.allCases.map { "\(type(of: $0.renderer())).swift" }.sorted()
        #expect(files == registered)
    }

    @Test(arguments: TableFormat.allCases)
    func `every format ends with a line feed and contains no escape sequence`(format: TableFormat) {
        let text = format.render(.everyKind)
        #expect(text.hasSuffix("\n"))
        #expect(text.unicodeScalars.contains("\u{1B}") == (format == .csv || format == .tsv))
    }

    @Test(arguments: TableFormat.allCases)
    func `a table without rows and one without columns can be written`(format: TableFormat) {
        let headings = format.render(Table(columns: [Column("day", "Day")]))
        #expect(headings.isEmpty == (format == .ndjson))
        _ = format.render(Table(columns: []))
    }
}
