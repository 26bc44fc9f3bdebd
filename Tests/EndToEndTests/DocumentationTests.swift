import Foundation
import Testing

/// What README and the pages show is correct: their commands run in their order.
struct DocumentationTests {
    /// `HelpExampleTests` runs the examples of the reference.
    private static let pages = Document.pages.filter { $0.name != "CommandReference" && !$0.blocks("sh").isEmpty }

    @Test func `the commands in README run in their order`() async throws {
        try await DocumentedCommands.run(Document.readme) { folder, notes in
            #expect(try folder.files(below: "archive/manifests").count == 13)
            // The picture shows the output for the samples. Size on disk, time and speed depend on the machine.
            let picture = try #require(Document.readme.blocks("text").first)
            #expect(picture.contains("Batches  listed"))
            let printed = Set(Self.words(of: notes))
            let fixed = Self.words(of: picture).filter { !["stored", "time", "speed"].contains($0.first) }
            #expect(fixed.filter { !printed.contains($0) } == [])
        }
    }

    @Test(arguments: pages)
    func `the commands on a page run in their order`(page: Document) async throws {
        try await DocumentedCommands.run(page)
    }

    @Test func `pages show commands`() {
        #expect(Self.pages.count > 8)
    }

    @Test(arguments: [Document.readme, Document.page("PipelineFiles")])
    func `the pipeline file is valid`(document: Document) async throws {
        try await withTemporaryFolder { folder in
            let shown = try #require(document.blocks("yaml").first)
            try FileManager.default.createDirectory(
                at: folder.url.appending(path: "textfile"),
                withIntermediateDirectories: true
            )
            let text =
                shown
                .replacing("/var/lib/node_exporter/textfile", with: "\(folder.path)/textfile")
                .replacing("/etc/batchkeep/support.key", with: "/dev/null")
            try Data(text.utf8).write(to: folder.url.appending(path: "nightly.yaml"))
            let run = try await Program.run(["run", "--check", "nightly.yaml", "--since", "7d"], in: folder.url)
            #expect(run.status == 0, "\(run.notes)")
            let hasSources = text.contains("sources:")
            #expect(run.lines.count == (hasSources ? 2 : 1))
            #expect(
                run.output.contains(hasSources ? "--archive=/srv/batches/workspace=research" : "--archive=/srv/batches")
            )
        }
    }

    @Test(.enabled(if: DocumentedCommands.python != nil, "needs a Python with duckdb in BATCHKEEP_PYTHON"))
    func `the queries on the pages run in DuckDB`() async throws {
        let python = try #require(DocumentedCommands.python)
        let queries = Document.pages.flatMap { $0.blocks("sql") }
        #expect(!queries.isEmpty)
        try await DocumentedCommands.withArchive { folder, _ in
            for query in queries {
                let script = "import duckdb, sys; print(len(duckdb.sql(sys.argv[1]).fetchall()))"
                let run = try await Program.run(["-c", script, query], executable: python, in: folder.url)
                #expect(run.status == 0, "\(run.notes)")
                #expect((Int(run.lines.first ?? "") ?? 0) > 5, "\(query)")
            }
        }
    }

    /// The words of each line, whatever their alignment.
    private static func words(of text: String) -> [[Substring]] {
        text.split(separator: "\n").map { $0.split(separator: " ") }
    }
}
