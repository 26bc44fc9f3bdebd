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

    @Test func `costs in SQL use the requested prices, and compact keeps them`() async throws {
        try await InProcess.withSamples { archive, run, _ in
            let prices = archive.url.appending(path: "own.csv").path
            try Data("model_id,input,output\nmodel-of-ours,1000,2000\n".utf8).write(to: URL(filePath: prices))
            _ = await run(["views", "--prices", prices])
            let file = archive.url.appending(path: "views/duckdb.sql")
            #expect(try String(contentsOf: file, encoding: .utf8).contains("'model-of-ours', false"))
            #expect(await run(["compact"]).status == .done)
            #expect(try String(contentsOf: file, encoding: .utf8).contains("'model-of-ours', false"))
            _ = await run(["views"])
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(!text.contains("model-of-ours"))
        }
    }
}
