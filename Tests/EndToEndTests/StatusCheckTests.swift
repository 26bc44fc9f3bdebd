import Foundation
import Testing

/// `status --check` through the built program, as a health check calls it.
struct StatusCheckTests {
    @Test func `a health check fails before the first export and succeeds after it`() async throws {
        try await withTemporaryFolder { folder in
            func status(_ arguments: String...) async throws -> Program.FinishedRun {
                try await Program.run(["status"] + arguments, in: folder.url)
            }
            #expect(try await status("--check").status != 0)
            try await Simulation.ofSamples { simulation in
                let export = ["export", "--since", "2024-08-01", "--status", "ended"]
                let run = try await Program.run(export, environment: simulation.environment, in: folder.url)
                #expect(run.status == 0, "\(run.notes)")
            }
            let check = try await status("--check", "--max-age", "26h")
            #expect(check.status == 0 && check.notes.isEmpty, "\(check.notes)")
            #expect(check.lines.count == 1 && check.output.hasPrefix("OK: last successful export "), "\(check.output)")
            #expect(try await status().lines.first == check.lines.first)
            let json = try await status("--check", "--format", "json").output
            let document = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            let object = try #require(document?["check"] as? [String: Any])
            #expect(object["result"] as? String == "ok" && object["exit_status"] as? Int == 0)
        }
    }

    @Test func `a check after a failed export reports it`() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "ANTHROPIC_API_KEY": "any"]
            let arguments = ["export", "--max-attempts", "1"]
            let run = try await Program.run(arguments, environment: environment, in: folder.url)
            #expect(run.status == 1, "\(run.notes)")
            let check = try await Program.run(["status", "--check"], in: folder.url)
            #expect(check.status == 1, "\(check.output)")
            #expect(check.output.hasPrefix("FAILED: the last export at "), "\(check.output)")
        }
    }
}
