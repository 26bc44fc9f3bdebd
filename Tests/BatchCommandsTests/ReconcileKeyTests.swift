import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// The Admin key of `batchkeep reconcile`, refusals, and invalid times.
struct ReconcileKeyTests {
    @Test func `an Admin key is needed, and no other key takes its place`() async throws {
        try await ReconciledArchive.exported(try ReconciledArchive.batches()) { setting in
            let requests = setting.server.service.requests.count
            let run = await setting.run("reconcile", "--since", "2026-11-17", key: nil)
            #expect(run.status == .usage && run.output.isEmpty)
            #expect(
                run.notes.hasPrefix("error: Admin key not found: ANTHROPIC_ADMIN_KEY is not set\nhint: set "),
                "\(run.notes)"
            )
            #expect(setting.server.service.requests.count == requests)
        }
    }

    @Test func `an ordinary key is refused, and never shown`() async throws {
        try await ReconciledArchive.exported(try ReconciledArchive.batches()) { setting in
            let run = await setting.run("reconcile", "--since", "2026-11-17", key: "sk-ant-api03-secret-x")
            #expect(run.status == .keyRefused && run.output.isEmpty)
            #expect(
                run.notes.contains(
                    "use an Admin key (sk-ant-admin…) of the organization; this one is from ANTHROPIC_ADMIN_KEY"
                )
            )
            #expect(!run.notes.contains("secret-x"), "\(run.notes)")
        }
    }

    @Test func `the key comes from a file or a command, and is read again after a 401`() async throws {
        try await ReconciledArchive.exported(try ReconciledArchive.batches()) {
            $0.requestsPerKey = 8
        } _: { setting in
            let file = try setting.scratch.write("\(ReconciledArchive.admin)-file\n", to: "key")
            let runs = setting.scratch.path("runs")
            let command = "echo x >> '\(runs)'; echo sk-ant-admin-$(wc -l < '\(runs)')"
            // Two months by the hour are more requests than a key is valid for.
            for (since, options) in [
                ("2026-11-17", ["--admin-key-file", file]), ("2026-09-01T01:00Z", ["--admin-key-command", command]),
            ] {
                let run = await InProcess.run(
                    ["reconcile", "--since", since, "--json", "--archive", setting.scratch.path("archive")] + options,
                    at: setting.server.baseURL,
                    now: { ReconciledArchive.now }
                )
                #expect(run.status == .done, "\(run.notes)")
            }
            #expect(try setting.scratch.text("runs").split(separator: "\n").count == 2)
            let both = await setting.run(
                "reconcile",
                "--since",
                "2026-11-17",
                "--admin-key-file",
                file,
                "--admin-key-command",
                command
            )
            #expect(both.notes.contains("--admin-key-file, --admin-key-command: cannot be used together"))
            for (option, value) in [("--admin-key-command", "exit 3"), ("--admin-key-file", "/dev/null")] {
                let run = await setting.run("reconcile", "--since", "2026-11-17", option, value)
                #expect(run.status == .usage && run.notes.hasPrefix("error: \(option): "), "\(run.notes)")
            }
        }
    }

    @Test func `a server without the reports is an error that names them`() async throws {
        try await ReconciledArchive.exported(try ReconciledArchive.batches()) { setting in
            let run = await InProcess.run(
                ["reconcile", "--since", "2026-11-17", "--archive", setting.scratch.path("archive")],
                at: setting.server.baseURL + "/elsewhere",
                environment: ["ANTHROPIC_ADMIN_KEY": ReconciledArchive.admin],
                now: { ReconciledArchive.now }
            )
            #expect(run.status == .error && run.output.isEmpty)
            #expect(run.notes.contains("GET /v1/organizations/analytics/usage failed: status 404"), "\(run.notes)")
            #expect(
                run.notes.contains("hint: check --base-url: this server has no usage and cost reports"),
                "\(run.notes)"
            )
        }
    }

    @Test(
        arguments: [
            (["--until", "2026-11-18"], "the start of the time is missing: use --since or --during"),
            (["--since", "2020-01-01"], "time window too long: 2020-01-01"),
            (["--since", "2026-11-21"], "empty time window"),
            (["--since", "7x"], "--since: invalid time '7x'"),
            (["--during", "2026-11", "--since", "2026-11-02"], "cannot be used together"),
            (["--since", "2026-11-17", "--timezone", "Mars"], "--timezone"),
        ]
    )
    func `an invalid time is an error before any request`(options: [String], sentence: String) async throws {
        try await ReconciledArchive.exported(try ReconciledArchive.batches()) { setting in
            let requests = setting.server.service.requests.count
            let run = await InProcess.run(
                ["reconcile", "--archive", setting.scratch.path("archive")] + options,
                at: setting.server.baseURL,
                environment: ["ANTHROPIC_ADMIN_KEY": ReconciledArchive.admin],
                now: { ReconciledArchive.now }
            )
            #expect(run.status == .usage && run.notes.contains(sentence), "\(run.notes)")
            #expect(setting.server.service.requests.count == requests)
        }
    }
}
