import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// `status`, `retry-quarantine` and the record of runs.
struct StatusTests {
    @Test func `status shows every state of a batch and the last runs`() async throws {
        let batches = [
            try Nights.batch("fine", daysBefore: 3), try Nights.batch("slow", daysBefore: 0.5, kind: .inProgress),
            try Nights.batch("bad", daysBefore: 26, kind: .tooLong),
            try Nights.batch("odd", daysBefore: 2, kind: .contradicting),
        ]
        try await Nights.run(batches) { nights in
            _ = await nights.export()
            let status = await nights.status()
            let counts = try #require(status["batches"] as? [String: Int]).filter { $0.value > 0 }
            #expect(counts == ["archived": 1, "pending": 1, "failed": 1, "quarantined": 1])
            let table = await nights.run(["status"])
            #expect(table.status == .done)
            for part in [
                "Expiring", "Not archived yet", "Quarantined", "Last runs", "one line more", "longer than 1024 bytes",
            ] {
                #expect(table.output.contains(part) || part == "one line more", "\(part)\n\(table.output)")
            }
            #expect(!table.output.contains("Lost\n"))
            let run = try #require((status["runs"] as? [[String: Any]])?.first)
            #expect(run["exit_status"] as? Int == 4)
            #expect((run["batches"] as? [String: Int])?["archived_now"] == 1)
            #expect((run["arguments"] as? [String])?.first == "export")
        }
    }

    @Test func `a folder of archives shows each status and rebuilds each catalog`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 3)]) { nights in
            for source in ["b", "a"] {
                _ = await nights.run(["export", "--archive", "\(nights.path)/workspace=\(source)"], inArchive: false)
            }
            let lines = await nights.run(["status", "--format", "json"]).output.split(separator: "\n")
            let documents = try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
            #expect(documents.map { $0?["source"] as? String } == ["a", "b"])
            #expect(await nights.run(["status"]).output.contains("Archive \(nights.path)/workspace=b"))
            let rebuild = await nights.run(["catalog", "rebuild"])
            #expect(rebuild.notes.contains("workspace=a from") && rebuild.notes.contains("workspace=b from"))
        }
    }

    @Test func `the record of a run contains no secret`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 3)]) { nights in
            let url = nights.server.baseURL.replacing("127.0.0.1", with: "localhost")
            _ = await nights.run(["export", "--base-url", url + "/"])
            let run = try #require((await nights.status()["runs"] as? [[String: Any]])?.first)
            #expect((run["arguments"] as? [String])?.contains(url) == true)
        }
    }

    @Test func `a folder that is not an archive is an error of status that names it`() async throws {
        try await Nights.run([]) { nights in
            let run = await nights.run(["status"])
            #expect(run.status == .usage)
            #expect(run.notes.contains(nights.path))
        }
    }

    @Test func `a quarantined batch is retried at once on request, and its data is kept with the reason`()
        async throws
    {
        try await Nights.run([Nights.batch("odd", daysBefore: 2, kind: .contradicting)]) { nights in
            _ = await nights.export()
            nights.pass(hours: 1)
            #expect(await nights.export().batches["retry_scheduled"] == 1)
            let retry = await nights.run(["retry-quarantine", "--json"])
            #expect(retry.status == .integrity)
            #expect(retry.batches["quarantined"] == 1)
            #expect(nights.archive.files(in: "_quarantine").count == 3)
            nights.server.service.apply(.add(try Nights.batch("odd", daysBefore: 2)))
            #expect(await nights.run(["retry-quarantine", "msgbatch_odd"]).status == .done)
            #expect(nights.archive.archivedIDs == ["msgbatch_odd"])
            #expect(nights.archive.files(in: "_quarantine") == [])
            #expect(await nights.run(["retry-quarantine"]).notes.contains("Nothing is in quarantine."))
            let none = await nights.run(["retry-quarantine", "--quiet", "--json"])
            #expect(none.notes.isEmpty && none.document["exit_status"] as? Int == 0, "\(none.output)\(none.notes)")
        }
    }

    @Test func `a deleted quarantined batch does not prevent the retry of others`() async throws {
        let batches = try ["gone", "odd"].map { try Nights.batch($0, daysBefore: 2, kind: .contradicting) }
        try await Nights.run(batches) { nights in
            _ = await nights.export()
            nights.server.service.apply(.remove("msgbatch_gone"))
            nights.server.service.apply(.add(try Nights.batch("odd", daysBefore: 2)))
            let retry = await nights.run(["retry-quarantine", "--quiet", "--json"])
            #expect(retry.status == .partial)
            #expect(nights.archive.archivedIDs == ["msgbatch_odd"])
            #expect(retry.notes.contains("warning: msgbatch_gone: GET"), "\(retry.notes)")
            let problem = try #require((retry.document["problems"] as? [[String: Any]])?.first)
            #expect(problem["batch_id"] as? String == "msgbatch_gone")
        }
    }

    @Test func `a batch that is not in quarantine is rejected by name`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 2)]) { nights in
            _ = await nights.export()
            let run = await nights.run(["retry-quarantine", "msgbatch_fine"])
            #expect(run.status == .usage)
            #expect(run.notes.contains("batch 'msgbatch_fine': not in quarantine\n"))
        }
    }
}
