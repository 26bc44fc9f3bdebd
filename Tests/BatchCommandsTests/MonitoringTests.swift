import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing

/// The page "Monitoring" and the alerts match the program.
struct MonitoringTests {
    private static let page = "Sources/BatchPipeline/BatchPipeline.docc/Monitoring.md"
    private static let alerts = Scratch.package.appending(path: "pipelines/prometheus/alerts.yaml")

    /// The pipeline settings of the page.
    private static func settings() throws -> [String] {
        let text = try String(contentsOf: Scratch.package.appending(path: page), encoding: .utf8)
        return text.components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
    }

    // MARK: Notifications

    /// Runs an export with each notification of the page, and returns what the fake `curl` and `mail` received.
    private func received(failing: Bool) async throws -> [String] {
        try await Scratch.use { scratch in
            let tools = scratch.url.appending(path: "bin")
            try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
            for name in ["curl", "mail"] {
                let tool = try scratch.write("#!/bin/sh\nexec cat > \(scratch.path("sent"))\n", to: "bin/\(name)")
                try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: tool)
            }
            let usual = ProcessInfo.processInfo.environment["PATH"] ?? ""
            let environment = [
                "PATH": "\(tools.path):\(usual)", "SLACK_WEBHOOK_URL": "https://hooks.example/x",
                "PAGERDUTY_ROUTING_KEY": "routing-key",
            ]
            var sent: [String] = []
            try await withSimulator(Scenario.generated(lines: 5)) { server in
                for (index, settings) in try Self.settings().enumerated() {
                    let text = settings + (failing ? "since: 7d\nkey-file: /dev/null\n" : "since: 7d\n")
                    let run = await InProcess.run(
                        [
                            "run", try scratch.write(text, to: "file.yaml"), "--archive",
                            scratch.path("archive-\(index)"),
                        ],
                        at: server.baseURL,
                        environment: environment
                    )
                    #expect(!run.notes.contains("--notify-command"), "\(run.notes)")
                    sent.append((try? scratch.text("sent")) ?? "")
                    try? FileManager.default.removeItem(atPath: scratch.path("sent"))
                }
            }
            return sent
        }
    }

    @Test func `each notification of the page runs as printed`() async throws {
        guard Tool.path("jq") != nil else { return }
        let good = try await received(failing: false)
        try #require(good.count == 3)
        let slack = jsonObject(Substring(good[0]))
        #expect(
            (slack?["text"] as? String)?.hasPrefix("batchkeep run: exit status 0, 1 archived.") == true,
            "\(good[0])"
        )
        #expect(good[1].isEmpty)
        #expect(jsonObject(Substring(good[2]))?["event_action"] as? String == "resolve", "\(good[2])")

        let bad = try await received(failing: true)
        #expect((jsonObject(Substring(bad[0]))?["text"] as? String)?.contains("exit status 2") == true, "\(bad[0])")
        #expect(bad[1].contains("\"exit_status\": 2"), "\(bad[1])")
        let event = jsonObject(Substring(bad[2]))
        #expect(event?["event_action"] as? String == "trigger" && event?["routing_key"] as? String == "routing-key")
    }

    // MARK: Alerts

    @Test func `the metrics of the alerts exist`() async throws {
        let text = try String(contentsOf: Self.alerts, encoding: .utf8)
        let expressions = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("#") }
        let named = Set(expressions.flatMap { $0.matches(of: /batchkeep_\w+/).map { String($0.output) } })
        #expect(named.count == 4)
        try await Scratch.use { scratch in
            try await InProcess.export(.generated(lines: 5), ["--metrics-file", scratch.path("m")]) { _, _, _ in
                let lines = try scratch.text("m").split(separator: "\n").filter { !$0.hasPrefix("#") }
                let written = Set(lines.map { String($0.prefix { $0 != " " && $0 != "{" }) })
                #expect(named.subtracting(written).isEmpty)
            }
        }
    }

    @Test func `promtool accepts the alerts, and they fire when they should`() async throws {
        guard let promtool = Tool.path("promtool") else { return }
        try await Scratch.use { scratch in
            // Good runs in the first 24 hours, then nothing but failures with two expiring batches.
            let test = """
                rule_files: ["\(Self.alerts.path)"]
                evaluation_interval: 5m
                tests:
                  - interval: 1h
                    input_series:
                      - {series: batchkeep_last_run_timestamp_seconds, values: "0+3600x23 86400x60"}
                      - {series: batchkeep_last_run_success, values: "1x23 0x60"}
                      - {series: batchkeep_last_run_exit_status, values: "0x23 7x60"}
                      - {series: batchkeep_expiring_batches, values: "0x23 2x60"}
                    promql_expr_test:
                      - {expr: 'count(ALERTS{alertstate="firing"}) or vector(0)', eval_time: 23h, exp_samples: [{value: 0}]}
                      - {expr: 'count(ALERTS{alertstate="firing"})', eval_time: 30h, exp_samples: [{value: 2}]}
                      - {expr: 'count(ALERTS{alertstate="firing"})', eval_time: 51h, exp_samples: [{value: 3}]}
                """
            let file = try scratch.write(test, to: "test.yaml")
            for arguments in [["check", "rules", Self.alerts.path], ["test", "rules", file]] {
                let (status, output) = try Tool.run(promtool, arguments)
                #expect(status == 0, "\(output)")
            }
        }
    }
}
