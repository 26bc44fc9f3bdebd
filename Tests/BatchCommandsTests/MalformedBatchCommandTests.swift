import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// Commands for batches whose objects cannot be read.
struct MalformedBatchCommandTests {
    private static let reason = "batch msgbatch_bad has no request_counts of whole numbers"

    /// Replaces members of the object of one batch.
    private func faults(_ members: [String: String?]) -> [Fault] {
        members.map { Fault(.batchMember($0.key, $0.value), on: [.list, .retrieve], of: "msgbatch_bad") }
    }

    /// Runs `body` with two good batches, and one without counts that was created this number of days ago.
    private func withBatches(
        badDaysBefore days: Double,
        archivedAt: String? = nil,
        _ body: (Nights) async throws -> Void
    ) async throws {
        let batches = [
            try Nights.batch("old", daysBefore: 5), try Nights.batch("new", daysBefore: 1),
            try Nights.batch("bad", daysBefore: days),
        ]
        var members: [String: String?] = ["request_counts": "null"]
        if let archivedAt { members["archived_at"] = "\"\(archivedAt)\"" }
        try await Nights.run(batches, faults: faults(members), body)
    }

    /// The words of a text, each followed by one space.
    private func words(of text: String) -> String {
        text.split { $0.isWhitespace }.map { "\($0) " }.joined()
    }

    @Test func `a malformed batch in the window has a row, a warning that names the reason, and exit status 3`()
        async throws
    {
        try await withBatches(badDaysBefore: 3) { nights in
            let run = await nights.export()
            #expect(run.status == .partial, "\(run.notes)")
            #expect(run.batches == ["listed": 3, "in_window": 3, "archived_now": 2, "not_retrieved": 1])
            #expect(words(of: run.notes).contains("unreadable 1 invalid batch object"), "\(run.notes)")
            #expect(run.notes.contains("warning: msgbatch_bad: \(Self.reason)\n"), "\(run.notes)")
            #expect(!run.notes.contains("failed: "), "\(run.notes)")
            let list = await nights.run(["list", "--since", "30d"], inArchive: false)
            #expect(list.status == .partial && list.notes.contains("warning: msgbatch_bad: \(Self.reason)\n"))
            let status = await nights.run(["status"])
            #expect(words(of: status.output).contains("unreadable 1 in the last export"), "\(status.output)")
            #expect(status.output.contains("ended with exit status 3: the objects of 1 batch could not be read"))
        }
    }

    @Test func `a malformed batch before the window does not matter`() async throws {
        try await withBatches(badDaysBefore: 40) { nights in
            for archived in [2, nil] {
                let run = await nights.export("--since", "30d")
                #expect(run.status == .done && run.batches["archived_now"] == archived, "\(run.notes)")
                #expect(!run.notes.contains("msgbatch_bad"), "\(run.notes)")
            }
            let list = await nights.run(["list", "--since", "30d"], inArchive: false)
            #expect(list.status == .done && list.notes.isEmpty, "\(list.notes)")
        }
    }

    @Test func `a malformed batch whose results are removed is reported once`() async throws {
        try await withBatches(badDaysBefore: 3, archivedAt: "2026-10-31T00:00:00Z") { nights in
            let warning = "warning: msgbatch_bad: the API has removed its results; \(Self.reason)\n"
            let first = await nights.export()
            #expect(first.status == .done && first.notes.contains(warning), "\(first.notes)")
            #expect(first.batches["removed"] == 1 && first.batches["not_retrieved"] == nil)
            let second = await nights.export()
            #expect(second.status == .done && !second.notes.contains("msgbatch_bad"), "\(second.notes)")
            let list = await nights.run(["list", "--since", "30d"], inArchive: false)
            #expect(list.status == .done && list.notes.contains(warning), "\(list.notes)")
        }
    }

    @Test func `an import without a readable batch object does not call its file wrong`() async throws {
        try await withBatches(badDaysBefore: 3) { nights in
            try await Scratch.use { scratch in
                let line = "{\"custom_id\":\"a\",\"result\":{\"type\":\"canceled\"}}\n"
                let good = try scratch.write(line, to: "msgbatch_new.jsonl")
                let bad = try scratch.write(line, to: "msgbatch_bad.jsonl")
                let unknown = try scratch.write(line, to: "msgbatch_unknown.jsonl")
                let run = await nights.run(["import", "--json", good, bad, unknown])
                #expect(run.status == .partial, "\(run.notes)")
                #expect(run.fileStates == ["archived", "unavailable", "unavailable"])
                #expect(run.fileReasons[1].hasPrefix(Self.reason), "\(run.fileReasons)")
                #expect(!run.notes.contains("need another copy"), "\(run.notes)")
                let note = "The files of unavailable batches are not checked"
                #expect(words(of: run.notes).contains(note), "\(run.notes)")
                let wrong = try scratch.write(line + line, to: "msgbatch_old.jsonl")
                let quarantined = await nights.run(["import", "--json", wrong])
                #expect(quarantined.fileStates == ["quarantined"])
                #expect(words(of: quarantined.notes).contains("need another copy"), "\(quarantined.notes)")
                #expect(!words(of: quarantined.notes).contains("are not checked"), "\(quarantined.notes)")
            }
        }
    }

    @Test func `an overloaded gateway that answers with status 200 is asked again`() async throws {
        let body = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        let headers = [HeaderField("content-type", "application/json"), HeaderField("retry-after-ms", "1")]
        let fault = Fault(.answer(status: 200, headers: headers, body: body), on: [.list], .first(1))
        try await Nights.run([Nights.batch("fine", daysBefore: 3)], faults: [fault]) { nights in
            let run = await nights.export()
            #expect(run.status == .done && run.batches["archived_now"] == 1, "\(run.notes)")
            #expect(run.notes.contains("GET /v1/messages/batches: status 529"), "\(run.notes)")
        }
    }
}
