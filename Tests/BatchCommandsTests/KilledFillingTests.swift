import BatchCatalog
import BatchCommands
import Foundation
import Testing

/// What remains of a filling of the result index that is killed while it writes.
struct KilledFillingTests {
    private static let count = ["query", "SELECT count(*) AS n FROM results"]

    @Test(arguments: [["query", "SELECT count(*) AS n FROM results"], ["show", "q001"]])
    func `the next command removes the partial rows of a killed filling`(command: [String]) async throws {
        try await InProcess.withSamples { archive, run, _ in
            let expected = [await run(Self.count), await run(command)]
            try restoreHalfWrittenFiles(archive)
            let found = await run(command)
            #expect(found.status == .done && found.output == expected[1].output, "\(found.notes)")
            #expect(await run(Self.count).output == expected[0].output)
        }
    }

    /// Restores the files of the index as they were during a change.
    private func restoreHalfWrittenFiles(_ archive: Archive) throws {
        let files = ["results.sqlite", "results.sqlite-journal"].map { archive.url.appending(path: $0) }
        let index = try ResultIndex(at: files[0].path)
        try index.beginUpdate()
        let query = try IndexQuery(at: files[0].path)
        try index.remove(Array(try query.contents().keys))
        let halfWritten = try files.map { try Data(contentsOf: $0) }
        try #require(!halfWritten[1].isEmpty)
        try index.endUpdate(without: [])
        for (file, content) in zip(files, halfWritten) { try content.write(to: file) }
    }
}
