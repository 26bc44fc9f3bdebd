import BatchCommands
import Foundation
import Testing

struct ViewsCommandTests {
    @Test func `every export writes the views, and the command restores them`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let before = archive.files(in: "views")
            #expect(before.contains("duckdb.sql") && before.contains("schema/results.schema.json"))
            #expect(await run(["views"]).notes.contains("is up to date"))
            try archive.change("views/duckdb.sql") { $0.append(0x0A) }
            try FileManager.default.removeItem(at: archive.url.appending(path: "views/polars.py"))
            let views = await run(["views"])
            #expect(views.status == .done && views.notes.components(separatedBy: "Wrote ").count == 3, "\(views.notes)")
            #expect(archive.files(in: "views") == before)
        }
    }
}
