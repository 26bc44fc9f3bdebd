import BatchCommands
import Foundation
import Testing

struct PricesTests {
    @Test func `the price table is shown with its date, its origin and a warning`() async {
        let run = await InProcess.offline(["prices", "--format", "table"])
        #expect(run.status == .done)
        for text in ["Price table 2026-11-29", "claude-haiku-5-5", "100,001", "built in", "trust your invoice"] {
            #expect(run.output.contains(text), "\(text)")
        }
    }

    @Test func `the days of a price and of a retirement are shown`() async throws {
        let table = await InProcess.offline(["prices", "--format", "table"])
        let row = try #require(table.output.split(separator: "\n").first { $0.contains("claude-opus-4-5-20251101") })
        #expect(row.contains(" 2025-11-24  2027-01-22 "), "\(row)")
        let json = await InProcess.offline(["prices", "--format", "json"])
        let sonnet = try #require(json.rows.first { $0["model_id"] as? String == "claude-sonnet-4-5-20250929" })
        #expect(sonnet["valid_from"] as? String == "2025-09-29" && sonnet["valid_to"] as? String == "2026-11-30")
    }

    @Test func `the table as CSV is a valid price file with the same prices`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "prices-\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: file) }
        let first = await InProcess.offline(["prices", "--format", "csv"])
        try Data(first.output.utf8).write(to: file)
        let second = await InProcess.offline(["prices", "--format", "csv", "--prices", file.path])
        #expect(second.status == .done, "\(second.notes)")
        let rows = first.output.split(separator: "\n").dropFirst()
        #expect(rows.count == 30)
        // The user's rows come first and have the same prices.
        #expect(second.output.split(separator: "\n").dropFirst() == rows + rows)
    }

    @Test func `a row of a price file shows its file`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "prices-\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("model_id,input,output\nclaude-next,3,15\n".utf8).write(to: file)
        let run = await InProcess.offline(["prices", "--format", "table", "--prices", file.path])
        let row = run.output.split(separator: "\n").first { $0.hasPrefix("claude-next ") }
        #expect(row?.hasSuffix(file.path) == true)
    }

    @Test func `an invalid price file is reported without control characters`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "prices-\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: file) }
        let missing = await InProcess.offline(["prices", "--prices", file.path])
        #expect(missing.status == .usage && missing.notes.contains("--prices: cannot read "))
        try Data("model_id,in\u{1B}[31mput\nclaude-next,3\n".utf8).write(to: file)
        let run = await InProcess.offline(["prices", "--prices", file.path])
        #expect(run.status == .usage)
        #expect(run.notes.contains("line 1, column in␛[31mput: no such column") && !run.notes.contains("\u{1B}"))
    }
}
