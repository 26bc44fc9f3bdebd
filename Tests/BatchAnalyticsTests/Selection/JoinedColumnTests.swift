import BatchPipeline
import JSONLines
import Tables
import Testing

@testable import BatchAnalytics

struct JoinedColumnTests {
    private let names = JoinedColumnNames([
        .init(name: "labels", columns: ["label", "model", "Ticket Queue", "a.b"], holdsRequests: false),
        .init(name: "scores", columns: ["label", "score"], holdsRequests: false),
        .init(name: "request", columns: ["params"], holdsRequests: true),
    ])

    @Test(arguments: [
        ("score", 1, 1), ("labels.label", 0, 0), ("scores.label", 1, 0), ("Ticket Queue", 0, 2), ("a.b", 0, 3),
        ("labels.a.b", 0, 3), ("request.params", 2, 0),
    ])
    func `a name means one column of one source`(name: String, source: Int, column: Int) throws {
        #expect(try names.column(named: name) == JoinedColumn(source: source, column: column))
        #expect(try SelectedColumn(name, joined: names).isJoined)
    }

    @Test func `a name of the results or a path is not of a source`() throws {
        for name in ["model", "usage.output_tokens", "text", "cost", "date"] {
            #expect(try !SelectedColumn(name, joined: names).isJoined, "\(name)")
        }
        #expect(names.qualified("model") == ["labels.model"] && names.isOfResults("model"))
        #expect(!names.isOfResults("score"))
    }

    @Test func `a name that fits several columns or none is reported with the choices`() {
        #expect(throws: SelectionFailure.ambiguousColumn("label", ["labels.label", "scores.label"])) {
            try SelectedColumn("label", joined: names)
        }
        #expect(
            throws: SelectionFailure.unknownSourceColumn("scores.scor", source: "scores", columns: ["label", "score"])
        ) {
            try SelectedColumn("scores.scor", joined: names)
        }
        #expect(throws: SelectionFailure.unknownJoinedColumn("scor", joined: names.sources.flatMap(\.columns))) {
            try SelectedColumn("scor", joined: names)
        }
        #expect(throws: SelectionFailure.unknownColumn("score")) { try SelectedColumn("score") }
    }

    @Test func `a list and a condition can name a column with a space`() throws {
        let columns = try SelectedColumn.list("custom_id, Ticket Queue , score", joined: names)
        #expect(columns.map(\.name) == ["custom_id", "Ticket Queue", "score"])
        for text in ["Ticket Queue=first line", "Ticket Queue = first line", "labels.Ticket Queue~line"] {
            #expect(try Condition(text, joined: names).isOnJoinedColumn, "\(text)")
        }
        #expect(throws: SelectionFailure.self) { try Condition("Ticket=first line", joined: names) }
    }

    @Test func `columns of later batches are added once`() {
        var names = names
        let addedAgain = names.add(self.names.sources)
        let added = names.add([.init(name: "scores", columns: ["score", "rater"], holdsRequests: false)])
        #expect(added && !addedAgain)
        #expect(names.sources[1].columns == ["label", "score", "rater"])
    }

    @Test func `large rows are written in parts that continue after each other`() throws {
        let lines = SelectionLines((0..<10).map { SelectionLines.succeeded("r\($0)") })
        let selection = RowSelection(
            filter: LineFilter(conditions: [try Condition("custom_id!=r4")]),
            columns: [try SelectedColumn("custom_id"), try SelectedColumn("score", joined: names)],
            style: .format(.csv)
        )
        let rows = ConstantRows(value: Array(#""\#(String(repeating: "x", count: 50))""#.utf8))
        var (text, next, parts): ([UInt8], Int?, Int) = ([], 0, 0)
        while let first = next {
            let part = selection.rows(
                of: lines.block,
                in: lines.batch,
                pricing: .builtIn,
                joined: rows,
                from: first,
                partSize: 150
            )
            (text, next, parts) = (text + part.bytes, part.rest, parts + 1)
        }
        let ids = String(decoding: text, as: UTF8.self).split(separator: "\n").map { $0.prefix { $0 != "," } }
        #expect(ids == ["r0", "r1", "r2", "r3", "r5", "r6", "r7", "r8", "r9"] && parts == 3)
    }
}

/// A source whose rows all have the same value.
private final class ConstantRows: JoinedRows {
    private let value: [UInt8]
    var failure: (any Error)?

    init(value: [UInt8]) {
        self.value = value
    }

    func append(_ column: JoinedColumn, of record: ResultRecord, in bytes: [UInt8], to output: inout [UInt8]) {
        output += value
    }
}
