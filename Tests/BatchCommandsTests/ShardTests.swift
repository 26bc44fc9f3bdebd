import BatchCommands
import Foundation
import Testing

/// `--shard`: a window divided into equal parts.
struct ShardTests {
    private func ids(_ run: InProcess) -> [String] {
        run.output.split(separator: "\n").compactMap { jsonObject($0)?["id"] as? String }
    }

    @Test func `each listed batch is in exactly one shard`() async throws {
        try await Nights.run((0..<20).map { try Nights.batch("b\($0)", daysBefore: Double($0) / 2) }) { nights in
            let whole = ids(await nights.run(["list", "--format", "ndjson"], inArchive: false))
            var parts: [String] = []
            for index in 0..<3 {
                let part = await nights.run(["list", "--format", "ndjson", "--shard", "\(index)/3"], inArchive: false)
                #expect(!ids(part).isEmpty && ids(part).count < 20)
                parts += ids(part)
            }
            #expect(whole.count == 20 && parts.sorted() == whole.sorted())
        }
    }

    @Test func `an export of one shard ignores the others, and a later export of all misses none`() async throws {
        // Two days are left, so every batch that is not archived causes a warning.
        try await Nights.run((0..<8).map { try Nights.batch("b\($0)", daysBefore: 27) }) { nights in
            let part = await nights.export("--shard", "1/2")
            let held = nights.archive.archivedIDs
            #expect(part.status == .done, "\(part.notes)")
            #expect(!held.isEmpty && held.count < 8)
            #expect(part.batches == ["listed": 8, "in_window": held.count, "archived_now": held.count])
            #expect(await nights.export("--shard", "1/2").batches["already_archived"] == held.count)
            let all = await nights.export("--since", "30d")
            #expect(all.batches["archived_now"] == 8 - held.count && all.status == .done)
        }
    }

    @Test(arguments: ["4/4", "-1/4", "1", "1/0", "a/b", "1/2/3", "/"])
    func `an invalid shard is rejected`(text: String) async throws {
        try await Nights.run([]) { nights in
            for command in ["list", "export"] {
                let run = await nights.run([command, "--shard=\(text)"], inArchive: false)
                #expect(run.status == .usage && run.notes.contains("--shard: invalid part"), "\(run.notes)")
            }
        }
    }
}
