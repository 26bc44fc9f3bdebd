import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// A command that finds nothing says why, and what the archive has instead.
struct EmptyResultTests {
    private static let extent = "it has 13 batches from 2024-08-20 to 2026-11-2"
    private static let unknown = "warning: batch 'msgbatch_other' not found in the archive: \(extent)"
    private static let future = "warning: no batch of the archive was created on or after 2027-01-01: \(extent)"
    private static let past = "warning: no batch of the archive was created before 2024-01-01: \(extent)"

    /// Expects one of the warnings from each command on the archive of the samples.
    private func expect(_ warnings: [(command: [String], warning: String)], status: BatchCommands.ExitStatus = .done)
        async throws
    {
        try await InProcess.exportSamples { _, archive, server in
            let run = archive.command(at: server)
            for (command, warning) in warnings {
                let result = await run(command)
                #expect(result.status == status, "\(command): \(result.notes)")
                #expect(result.notes.contains(warning), "\(command): \(result.notes)")
            }
        }
    }

    @Test func `a window without batches is explained by every command that accepts a window`() async throws {
        let commands = [
            ["select"], ["summarize"], ["summarize", "--by", "day", "--format", "csv"], ["summarize", "--scan"],
            ["errors"], ["errors", "--format", "json"], ["report", "--html", "-"], ["verify"], ["rebuild"],
            ["retry", "--dry-run"],
        ]
        try await expect(commands.map { ($0 + ["--since", "2027-01-01"], Self.future) })
        try await expect(commands.map { ($0 + ["--until", "2024-01-01"], Self.past) })
        try await expect([(["show", "q001", "--since", "2027-01-01"], Self.future)], status: .error)
    }

    @Test func `both ends of a window are named, with times if they are not whole days`() async throws {
        try await expect([
            (
                ["select", "--since", "2023-01-01", "--until", "2024-01-01T06:00:00Z"],
                "was created on or after 2023-01-01 and before 2024-01-01T06:00:00Z: \(Self.extent)"
            )
        ])
    }

    @Test func `an unknown batch ID is explained, alone and next to a known one`() async throws {
        let commands = [["select"], ["summarize"], ["errors"], ["report", "--html", "-"], ["rebuild"]]
        let known = try Samples.id(of: "2025-06-sql-generation")
        try await expect(
            commands.flatMap { command in
                [
                    (command + ["--batch", "msgbatch_other"], Self.unknown),
                    (command + ["--batch", "msgbatch_other", "--batch", known], Self.unknown),
                ]
            }
        )
        try await expect([(["show", "q001", "--batch", "msgbatch_other"], Self.unknown)], status: .error)
        try await expect([(["verify", "--batch", "msgbatch_other"], Self.unknown)], status: .integrity)
        let notFound = "error: batch 'msgbatch_other' not found in the archive: \(Self.extent)"
        try await expect(
            [
                (["join", "--join", Samples.path("requests/2025-06-sql-generation.jsonl")], notFound),
                (["retry", "--dry-run"], notFound),
            ]
            .map { ($0.0 + ["--batch", "msgbatch_other"], $0.1) },
            status: .usage
        )
    }

    @Test func `a batch outside the window is not called unknown`() async throws {
        let known = try Samples.id(of: "2025-06-sql-generation")
        try await expect([
            (
                ["select", "--batch", known, "--since", "2026-01-01"],
                "none of the named batches was created on or after 2026-01-01"
            )
        ])
    }

    @Test func `a result type that does not occur is explained, also next to one that does`() async throws {
        let warning = "warning: no result has the type 'paused': the archive has succeeded, errored"
        try await expect([
            (["select", "--result", "paused"], warning),
            (["select", "--result", "paused", "--result", "errored", "--columns", "custom_id"], warning),
            (["select", "--result", "paused", "--by", "model"], warning),
        ])
        let id = try Samples.id(of: "2025-06-sql-generation")
        try await expect([
            (
                ["select", "--result", "canceled", "--batch", id],
                "no result has the type 'canceled': the selected batches have succeeded, errored"
            ),
            (
                ["retry", "--dry-run", "--result", "expired", "--batch", id],
                "no result has the type 'expired': the selected batches have succeeded, errored"
            ),
        ])
    }

    @Test func `a value that a column does not have is explained`() async throws {
        try await expect([
            (
                ["select", "--where", "model=claude-nobody"],
                "no result has 'model=claude-nobody': the archive has claude-"
            ),
            (
                ["select", "--where", "stop_reason in max,end"],
                "no result has 'stop_reason in max,end': the archive has "
            ),
            (
                ["select", "--where", "result_type=failed"],
                "no result has 'result_type=failed': the archive has canceled"
            ),
            (
                ["select", "--where", "custom_id~nobody"],
                "results of the selected batches matches 'custom_id~nobody'"
            ),
            (
                ["select", "--where", "custom_id~nobody", "--usable", "--result", "succeeded"],
                "matches all of '--result succeeded', '--usable', 'custom_id~nobody'"
            ),
        ])
    }

    @Test func `a path without values is explained, as a column, a key and a condition`() async throws {
        let warning = "warning: no row has a value at 'usage.outptu_tokens'"
        try await expect([
            (["select", "--columns", "custom_id,usage.outptu_tokens", "--format", "csv"], warning),
            (["select", "--columns", "usage.outptu_tokens", "--sample", "3"], warning),
            (["select", "--by", "usage.outptu_tokens"], warning),
            (
                ["select", "--where", "usage.outptu_tokens>3"],
                "hint: to see a whole line: batchkeep select --format jsonl-raw"
            ),
        ])
        try await InProcess.exportSamples { _, archive, server in
            let columns = "custom_id,error_message,usage.output_tokens"
            let run = await archive.command(at: server)(["select", "--columns", columns, "--result", "succeeded"])
            #expect(run.notes == "", "\(run.notes)")
        }
    }

    @Test func `names that compare does not know are explained`() async throws {
        try await expect([
            (["compare", "claude-nobody", "2026-10"], "warning: 'claude-nobody' is not a model, a window or a batch"),
            (
                ["compare", "2026-10", "claude-nobody"],
                "  no result has the model 'claude-nobody': the archive has claude-"
            ),
            (
                ["compare", "2027-01", "2026-10"],
                "  no batch of the archive was created on or after 2027-01-01 and before"
            ),
            (
                ["compare", "msgbatch_other", "2026-10"],
                "  batch 'msgbatch_other' not found in the archive: \(Self.extent)"
            ),
        ])
    }

    @Test func `a join pattern that matches no file names what is in its folder`() async throws {
        try await Scratch.use { scratch in
            let pattern = scratch.path("{batch_id}.jsonl")
            let id = try Samples.id(of: "2025-06-sql-generation")
            let prefix = "warning: no file matches '\(pattern)' for any selected batch ("
            let empty = "not found): the folder '\(scratch.url.path)' is empty"
            try await expect([(["join", "--join", pattern], prefix), (["join", "--join", pattern], empty)])
            _ = try scratch.write("", to: "orders.jsonl")
            let missing = scratch.path("none/{batch_id}.jsonl")
            try await expect([
                (["join", "--join", pattern, "--quiet"], "the folder '\(scratch.url.path)' has orders.jsonl"),
                (["retry", "--dry-run", "--join", pattern], prefix),
                (["show", "q001", "--batch", id, "--join", pattern], prefix),
                (["join", "--join", missing], "the folder '\(scratch.path("none"))' does not exist"),
            ])
        }
    }

    @Test func `prune and query explain an archive without what they look for`() async throws {
        try await expect([
            (
                ["prune", "--raw-older-than", "2024-01-01"],
                "note: no batch of the archive was created before 2024-01-01"
            ),
            (
                ["prune", "--joined-older-than", "2026-01-01", "--apply"],
                "note: no batch that was created before 2026-01-01 has joined files"
            ),
        ])
        try await InProcess.exportSamples { _, archive, server in
            let none = await archive.command(at: server)(["query", "SELECT 1 WHERE 0"])
            #expect(none.status == .done && none.notes == "", "\(none.notes)")
        }
    }

    @Test func `a listing without batches says what the API has`() async throws {
        try await InProcess.exportSamples { _, _, server in
            func list(_ options: String...) async -> InProcess {
                await InProcess.run(["list"] + options, at: server.baseURL)
            }
            let future = await list("--since", "2027-01-01")
            #expect(future.status == .done && future.output == "")
            #expect(
                future.notes.contains(
                    "no batch was created on or after 2027-01-01: the newest listed batch is from 2026-"
                ),
                "\(future.notes)"
            )
            let past = await list("--until", "2020-01-01")
            #expect(past.notes.contains("no batch was created before 2020-01-01"), "\(past.notes)")
            let canceling = await list("--since", "2024-08-01", "--until", "2025-08-01", "--status", "canceling")
            #expect(canceling.notes.contains("--status or --shard does not select any of "), "\(canceling.notes)")
        }
        try await withSimulator(Scenario(batches: [])) { server in
            let run = await InProcess.run(["list"], at: server.baseURL)
            #expect(run.notes.contains("warning: the API lists no batches for this key"), "\(run.notes)")
        }
    }

    @Test func `for an ID that a table has cut, the full ID is named, unless several begin with it`() async throws {
        let id = try Samples.id(of: "2025-06-sql-generation")
        let text = "not found in the archive: \(Self.extent)"
        for command in [["summarize"], ["errors"]] {
            try await InProcess.exportSamples { _, archive, _ in
                let cut = "\(id.dropLast(8))…"
                let run = await InProcess.offline(command + ["--batch", cut], on: archive)
                #expect(run.notes.contains("warning: batch '\(cut)' \(text)"), "\(run.notes)")
                #expect(run.notes.contains("; the full ID is \(id)\n"), "\(run.notes)")
                for other in ["msgbatch_…", "msgbatch_other…", String(id.dropLast(8))] {
                    let run = await InProcess.offline(command + ["--batch", other], on: archive)
                    #expect(run.notes.contains(text) && !run.notes.contains("the full ID"), "\(run.notes)")
                }
            }
        }
    }

    @Test func `the archives of several workspaces are searched together`() async throws {
        try await InProcess.exportSamples { _, archive, _ in
            try await Scratch.use { scratch in
                for name in ["one", "two"] {
                    let copy = scratch.url.appending(path: "workspace=\(name)")
                    try FileManager.default.copyItem(at: archive.url, to: copy)
                }
                let both = Archive(url: scratch.url)
                let known = try Samples.id(of: "2025-06-sql-generation")
                let extent = "not found in the archives: they have 26 batches from 2024-08-20 to 2026-11-2"
                for command in [["select"], ["summarize"], ["errors"]] {
                    let run = await InProcess.offline(command + ["--batch", "msgbatch_other"], on: both)
                    #expect(run.notes.contains("batch 'msgbatch_other' \(extent)"), "\(run.notes)")
                    let found = await InProcess.offline(command + ["--batch", known], on: both)
                    #expect(!found.notes.contains("not found"), "\(found.notes)")
                }
            }
        }
    }

    @Test func `an export of a selection without batches does not claim that they are archived`() async throws {
        try await Nights.run([try Nights.batch("a", daysBefore: 3)]) { nights in
            let none = await nights.export("--until", "2026-01-01")
            #expect(none.notes.contains("Nothing new: the API lists no batch in this selection."), "\(none.notes)")
            _ = await nights.export()
            let second = await nights.export()
            #expect(
                second.notes.contains("Nothing new: all selected batches that have ended are archived."),
                "\(second.notes)"
            )
        }
    }
}
