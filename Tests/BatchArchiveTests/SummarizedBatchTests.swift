import BatchPipeline
import MessageBatches
import Testing

@testable import BatchArchive

struct SummarizedBatchTests {
    private let archive = TemporaryArchive()

    /// The number of batches of a selection and the sum of their counts.
    private func totals(_ selection: ArchiveSelection = ArchiveSelection()) async throws -> (Int, Int, [String]) {
        let reader = try ArchiveReader(archive.folder)
        let (sum, unreadable) = try await reader.fold([ResultTotal.self], of: selection, into: (0, 0)) { sum, batch in
            sum.0 += 1
            sum.1 += batch.summaries.summary(ResultTotal.self)?.count ?? 0
        } merge: { left, right in
            left = (left.0 + right.0, left.1 + right.1)
        }
        return (sum.0, sum.1, unreadable.map(\.path))
    }

    @Test func `every batch of a window is added up once`() async throws {
        let sink = archive.sink()
        for number in 0..<150 { try await sink.export("b\(number)", results: 2, day: "2024-08-2\(number % 3)") }
        #expect(try await totals() == (150, 300, []))
        let since = Timestamp("2024-08-21T18:37:24.100435Z")
        #expect(try await totals(ArchiveSelection(since: since)).0 == 100)
        #expect(try await totals(ArchiveSelection(until: since)).0 == 50)
        #expect(try await totals(ArchiveSelection(ids: ["b1", "b2", "none"])).0 == 2)
    }

    @Test func `a damaged manifest is returned next to the sum of the others`() async throws {
        try await archive.sink().export("a")
        for text in ["", "[]", "{\"schema_version\":1}", "{\"schema_version\":99,\"batch\":{}}"] {
            try archive.put(Array(text.utf8), at: "manifests/date=2024-08-20/b.json")
            let (count, _, unreadable) = try await totals()
            #expect(count == 1)
            #expect(unreadable == [archive.folder.path("manifests/date=2024-08-20/b.json")], "\(text)")
        }
    }

    @Test func `a missing summary of a manifest is empty and named`() async throws {
        try await archive.sink().export("a")
        let path = "manifests/date=2024-08-20/a.json"
        let manifest = try archive.folder.read(path)
        let whole = try SummarizedBatch(json: manifest, kinds: SummaryKinds([ResultTotal.self]), path: path)
        #expect(whole.missing == [] && whole.batch.id == "a")
        let text = String(decoding: manifest, as: UTF8.self).replacing("\"\(ResultTotal.name)\":", with: "\"gone\":")
        let lacking = try SummarizedBatch(json: Array(text.utf8), kinds: SummaryKinds([ResultTotal.self]), path: path)
        #expect(lacking.missing == [ResultTotal.name])
        #expect(lacking.summaries.summary(ResultTotal.self) == ResultTotal())
    }

    @Test func `a file is replaced atomically, and no temporary file remains`() async throws {
        try archive.folder.replace("summaries/days/x.csv", with: Array("old".utf8))
        try archive.folder.replace("summaries/days/x.csv", with: Array("new".utf8))
        #expect(try archive.folder.read("summaries/days/x.csv") == Array("new".utf8))
        #expect(try archive.paths() == ["summaries/days/x.csv"])
    }
}
