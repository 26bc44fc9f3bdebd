import BatchCatalog
import Testing

/// Where rows are stored.
struct RowInsertionTests {
    @Test func `rows keep their line numbers, in order or not, with gaps or not`() throws {
        let lines =
            Array(1...45) + Array(50...130) + [140, 139, 138] + Array(141...150) + [46, 47] + Array(151...300)
            + [400, 131, 401, 402]
        for rowsPerBlock in [.max, 100, 33, 1] {
            try withIndexPath { path in
                try fill(path, batch: 1, rows: lines.map(row), rowsPerBlock: rowsPerBlock)
                try fill(path, batch: 2, rows: (1...70).map(row), rowsPerBlock: rowsPerBlock)
                let sql = "SELECT batch_id, line_number, custom_id, input_tokens FROM results ORDER BY 1, 2"
                let expected =
                    lines.sorted().map { expectedRow($0, batch: 1) } + (1...70).map { expectedRow($0, batch: 2) }
                #expect(try answer(sql, at: path) == expected)
            }
        }
    }

    @Test func `a line number that occurs twice is an error`() throws {
        try withIndexPath { path in
            #expect(throws: ResultIndexFailure.self) {
                try fill(path, batch: 1, rows: [1, 2, 3, 2].map(row))
            }
        }
    }

    @Test func `a text or a count is not that of the row before`() throws {
        let rows = (1...96)
            .map { line in
                let text = line % 3 == 0 ? "\"message \(line)\"" : "null"
                return
                    #"{"custom_id":"a","line_number":\#(line),"error_message":\#(text),"tool_uses":\#(line % 32 / 30)}"#
            }
        try withIndexPath { path in
            try fill(path, batch: 1, rows: rows)
            let expected: [[IndexValue]] = (1...96)
                .map { [$0 % 3 == 0 ? .text("message \($0)") : .null, .integer(Int64($0 % 32 / 30))] }
            #expect(
                try answer("SELECT error_message, tool_uses FROM results ORDER BY line_number", at: path) == expected
            )
        }
    }

    private func row(_ line: Int) -> String {
        #"{"custom_id":"line \#(line)","line_number":\#(line),"input_tokens":\#(line % 4)}"#
    }

    private func expectedRow(_ line: Int, batch: Int) -> [IndexValue] {
        [.text("msgbatch_\(batch)"), .integer(Int64(line)), .text("line \(line)"), .integer(Int64(line % 4))]
    }
}
