import BatchCommands
import Foundation
import Testing

/// The files of `batchkeep import`: their names and formats, and options that cannot work.
struct ImportFileTests {
    @Test(arguments: [
        (#"{"recordId":"r1","modelInput":{},"modelOutput":{"id":"msg_1"}}"#, "output of Amazon Bedrock"),
        (
            #"{"custom_id":"a","request":{},"response":{"id":"msg_1"},"status":""}"#,
            "a batch prediction of Google Cloud"
        ),
        (#"{"id":"b","custom_id":"a","response":{"status_code":200,"body":{}}}"#, "OpenAI's batch API"),
        (#"{"custom_id":"a","method":"POST","url":"/v1/x","body":{}}"#, "OpenAI's batch API"),
        (#"{"custom_id":"a","params":{"model":"m"}}"#, "it contains requests"),
        (#"{"id":"msgbatch_a","request_counts":{"processing":0}}"#, "it contains batch objects"),
        (#"[{"custom_id":"a","result":{"type":"canceled"}}]"#, "a JSON array"),
    ])
    func `lines of another format are named, and nothing is written`(line: String, content: String) async throws {
        try await Scratch.use { scratch in
            let file = try scratch.write("\n" + line + "\n", to: "msgbatch_a.jsonl")
            let run = await InProcess.offline(["import", "--unproven", file, "--archive", scratch.path("archive")])
            #expect(run.status == .usage && run.notes.contains(content), "\(run.notes)")
            #expect(!FileManager.default.fileExists(atPath: scratch.path("archive")))
        }
    }

    @Test func `a wrong file is refused and the others are imported`() async throws {
        try await Nights.run([Nights.batch("fine", daysBefore: 2)]) { nights in
            try await Scratch.use { scratch in
                let line = "{\"custom_id\":\"request-0\",\"result\":{\"type\":\"canceled\"}}\n"
                let fine = try scratch.write(line, to: "msgbatch_fine_results.jsonl")
                let copy = try scratch.write(line, to: "copy-of-msgbatch_fine.jsonl")
                let unnamed = try scratch.write(line, to: "results.jsonl")
                let missing = scratch.path("msgbatch_missing.jsonl")
                let run = await nights.run(["import", "--json", fine, copy, unnamed, missing, scratch.url.path])
                #expect(run.status == .usage, "\(run.notes)")
                #expect(run.fileStates == ["archived", "refused", "refused", "refused", "refused"])
                #expect(run.notes.contains("is a file of the same batch, msgbatch_fine"), "\(run.notes)")
                #expect(run.notes.contains("its name does not contain a batch ID"), "\(run.notes)")
                #expect(run.notes.contains("hint: use --batch ID"), "\(run.notes)")
                #expect(run.notes.contains("error: '\(missing)': cannot read it: no such file"), "\(run.notes)")
                #expect(run.notes.contains("error: '\(scratch.url.path)': not a file, but"), "\(run.notes)")
                #expect(nights.archive.archivedIDs == ["msgbatch_fine"])
            }
        }
    }

    @Test(arguments: [
        (["--batch", "msgbatch_a", "x.jsonl", "y.jsonl"], "--batch: can only be used with one file"),
        (["--batch", "../a", "x.jsonl"], "--batch: invalid value '../a'"),
        (["--date", "2026-01-01", "x.jsonl"], "--date: can only be used with --unproven"),
        (["--unproven", "--date", "soon", "x.jsonl"], "--date: invalid time 'soon'"),
        (["--batches", "missing.ndjson", "x.jsonl"], "--batches: cannot read 'missing.ndjson'"),
    ])
    func `options that cannot work are errors`(arguments: [String], message: String) async throws {
        try await Scratch.use { scratch in
            let run = await InProcess.offline(["import", "--archive", scratch.path("archive")] + arguments)
            #expect(run.status == .usage && run.notes.contains(message), "\(run.notes)")
            #expect(!FileManager.default.fileExists(atPath: scratch.path("archive")))
        }
    }
}
