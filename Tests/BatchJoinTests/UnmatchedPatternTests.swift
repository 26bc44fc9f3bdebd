import BatchArchive
import Foundation
import Testing

@testable import BatchJoin

/// Paths with `{batch_id}` that name no file.
struct UnmatchedPatternTests {
    private func patterns(_ paths: [String], in ground: JoinGround) throws -> [UnmatchedPattern] {
        let settings = ground.settings(paths.map { ground.sources.path + "/" + $0 })
        return try PreparedJoin(settings).unmatchedPatterns(of: ["msgbatch_01", "msgbatch_02"])
    }

    @Test func `a pattern that names a file of any batch is matched`() throws {
        let ground = try JoinGround()
        try ground.put(requestRow("a"), as: "r-msgbatch_02.jsonl")
        try ground.put("", as: "t-msgbatch_01.sqlite")
        #expect(try patterns(["r-{batch_id}.jsonl", "t-{batch_id}.sqlite#rows"], in: ground).isEmpty)
    }

    @Test func `a pattern without files has an example and the names in its folder`() throws {
        let ground = try JoinGround()
        try ground.put(requestRow("a"), as: "request-01.jsonl")
        let found = try patterns(["r-{batch_id}.jsonl", "sub/{batch_id}/r.jsonl"], in: ground)
        let folder = ground.sources.path
        #expect(
            found == [
                UnmatchedPattern(
                    path: folder + "/r-{batch_id}.jsonl",
                    example: folder + "/r-msgbatch_01.jsonl",
                    folder: folder,
                    names: ["request-01.jsonl"]
                ),
                UnmatchedPattern(
                    path: folder + "/sub/{batch_id}/r.jsonl",
                    example: folder + "/sub/msgbatch_01/r.jsonl",
                    folder: folder + "/sub",
                    names: nil
                ),
            ]
        )
    }

    @Test func `a file in place of a folder matches nothing, and a run without batches searches nothing`() throws {
        let ground = try JoinGround()
        try ground.put("text", as: "file")
        #expect(try patterns(["file/{batch_id}.jsonl"], in: ground).map(\.names) == [nil])
        let settings = ground.settings(["{batch_id}.jsonl"])
        #expect(try PreparedJoin(settings).unmatchedPatterns(of: []).isEmpty)
        #expect(try PreparedJoin(settings).unmatchedPatterns(of: ["msgbatch_01"]).map(\.folder) == ["."])
    }

    @Test func `the report of a join lists them`() async throws {
        let ground = try JoinGround()
        try await ground.archive("msgbatch_01", [resultLine("a")])
        let report = try await ground.join(ground.settings([ground.sources.path + "/{batch_id}.jsonl"]))
        #expect(report.withoutSource == ["msgbatch_01"] && report.unmatchedPatterns.count == 1)
    }
}
