import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How a run is reported to other programs: logs, metrics, pings, and its one summary.
struct RunReportingTests {
    // MARK: Summary

    @Test(arguments: [
        (["--since", "soon"], 2, "--since: invalid time 'soon'"),
        (["--concurrency", "0"], 2, "--concurrency: invalid value '0'"),
        (["--key-file", "/nonexistent"], 2, "--key-file: cannot read '/nonexistent', or it is empty"),
        (["--base-url", "ftp://x"], 2, "--base-url: invalid URL 'ftp://x'"),
        (["--ping-url", "x"], 2, "--ping-url: invalid URL"),
        (["--notify-command", ""], 2, "--notify-command: "),
        (["--metrics-file", "/nonexistent/m"], 2, "--metrics-file: folder not found: '/nonexistent'"),
    ])
    func `a rejected run has a summary`(options: [String], status: Int, sentence: String) async throws {
        try await Scratch.use { scratch in
            let arguments = ["export", "--json", "--archive", scratch.path("archive")] + options
            let run = await InProcess.run(arguments, at: "http://127.0.0.1:9")
            #expect(run.status.rawValue == Int32(status), "\(run.notes)")
            #expect(run.output.count { $0 == "\n" } == 1)
            #expect(run.document["exit_status"] as? Int == status)
            #expect(run.document["exit_statuses"] as? [Int] == [status])
            #expect((run.document["error"] as? String)?.contains(sentence) == true, "\(run.output)")
            #expect(run.batches == [:])
            #expect(run.notes.contains(sentence))
        }
    }

    @Test func `a refused key has a summary`() async throws {
        var scenario = try Scenario.generated(lines: 5)
        scenario.key = "another"
        try await InProcess.export(scenario) { run, _, _ in
            #expect(run.status == .keyRefused)
            #expect(run.document["exit_status"] as? Int == 5)
            #expect((run.document["error"] as? String)?.contains("status 401") == true)
        }
    }

    @Test func `a locked archive has a summary`() async throws {
        try await Scratch.use { scratch in
            _ = try scratch.write("", to: ".lock")
            let lock = try FileHandle(forUpdating: scratch.url.appending(path: ".lock"))
            #expect(flock(lock.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
            let arguments = ["export", "--json", "--archive", scratch.url.path]
            let run = await InProcess.run(arguments, at: "http://127.0.0.1:9")
            try lock.close()
            #expect(run.status == .busy)
            #expect(run.document["exit_status"] as? Int == 11)
            #expect((run.document["error"] as? String)?.contains("archive in use: locked by") == true)
        }
    }

    // MARK: Logs

    @Test func `a JSON log contains only JSON, with request IDs and times`() async throws {
        var scenario = try Scenario.generated(lines: 20, batches: 3)
        scenario.faults = [
            Fault(.answer(status: 500), on: [.results], of: scenario.batches[0].id, .first(1)),
            Fault(.results(.dropLine(2)), on: [.results], of: scenario.batches[1].id),
            Fault(.answer(status: 410), on: [.results], of: scenario.batches[2].id),
        ]
        try await InProcess.export(scenario, ["--log-format", "json"]) { run, _, _ in
            #expect(run.status == .integrity)
            #expect(!run.notes.contains(InProcess.key))
            let lines = run.notes.split(separator: "\n")
            let all = lines.compactMap { jsonObject($0) }
            #expect(all.count == lines.count, "\(run.notes)")
            for event in all {
                #expect((event["time"] as? String).flatMap { Timestamp($0) } != nil)
                #expect(["info", "warning", "error"].contains(event["level"] as? String))
                #expect((event["message"] as? String)?.isEmpty == false)
            }
            func events(_ message: String) -> [[String: Any]] {
                all.filter { ($0["message"] as? String)?.contains(message) == true }
            }
            #expect(events("batch archived").count == 1)
            #expect(events("batch archived").first?["results"] as? Int == 20)
            #expect(events("retrying in").first?["level"] as? String == "warning")
            #expect(
                Set(events("batch not archived").compactMap { $0["state"] as? String }) == [
                    "quarantined", "unavailable",
                ]
            )
            for event in events("batch archived") + events("retrying in") {
                #expect((event["request_id"] as? String)?.hasPrefix("req_") == true, "\(event)")
            }
            #expect(events("run ended").first?["exit_status"] as? Int == 4)
        }
    }

    @Test func `quiet keeps the warnings and errors of a JSON log`() async throws {
        var scenario = try Scenario.generated(lines: 20, batches: 2)
        scenario.faults = [Fault(.results(.dropLine(2)), on: [.results], of: scenario.batches[0].id)]
        try await InProcess.export(scenario, ["--log-format", "json", "--quiet"]) { run, _, _ in
            let levels = run.notes.split(separator: "\n").map { jsonObject($0)?["level"] as? String }
            #expect(!levels.isEmpty)
            #expect(Set(levels).isSubset(of: ["warning", "error"]), "\(run.notes)")
        }
    }

    // MARK: Metrics

    @Test func `metrics contain the counts of the run and no batch IDs`() async throws {
        try await Scratch.use { scratch in
            var scenario = try Scenario.generated(lines: 20, batches: 3)
            let hit = scenario.batches[0].id
            scenario.faults = [Fault(.results(.dropLine(2)), on: [.results], of: hit)]
            try await InProcess.export(scenario, ["--metrics-file", scratch.path("m.prom")]) { run, _, _ in
                #expect(run.status == .integrity)
                let metrics = try Metrics(scratch.text("m.prom"))
                #expect(metrics["last_run_success"] == 0)
                #expect(metrics["last_run_exit_status"] == 4)
                #expect(metrics["last_run_batches{state=\"archived_now\"}"] == 2)
                #expect(metrics["last_run_batches{state=\"quarantined\"}"] == 1)
                let lines = run.document["lines"] as? [String: Int] ?? [:]
                #expect(lines.values.reduce(0, +) == 40)
                for type in ["succeeded", "errored", "canceled", "expired"] {
                    #expect(metrics["last_run_lines{type=\"\(type)\"}"] == Double(lines[type] ?? 0))
                }
                let usage = run.document["usage"] as? [String: Int] ?? [:]
                #expect(metrics["last_run_tokens{kind=\"output\"}"] == usage["output_tokens"].map(Double.init))
                #expect(metrics["last_run_received_bytes"] == (run.document["received_bytes"] as? Int).map(Double.init))
                #expect(metrics["last_run_stored_bytes"] == (run.document["stored_bytes"] as? Int).map(Double.init))
                #expect((metrics["last_run_timestamp_seconds"] ?? 0) > 1_700_000_000)
                #expect((metrics["last_run_duration_seconds"] ?? -1) >= 0)
                let text = try scratch.text("m.prom")
                #expect(!text.contains("msgbatch_") && !text.contains("req_"))
            }
        }
    }

    @Test func `a batch that expires soon and is not archived is reported`() async throws {
        try await Scratch.use { scratch in
            var scenario = try Scenario.generated(lines: 20, batches: 2)
            let hit = scenario.batches[0].id
            let created = Timestamp(systemTime: Date().timeIntervalSince1970)
                .adding(seconds: -26 * 86_400)
            scenario.faults = [
                Fault(.batchMember("created_at", "\"\(created.text)\""), on: [.list, .retrieve], of: hit),
                Fault(.answer(status: 410), on: [.results]),
            ]
            try await InProcess.export(scenario, ["--metrics-file", scratch.path("m.prom")]) { run, _, _ in
                #expect(run.batches["unavailable"] == 2)
                let metrics = try Metrics(scratch.text("m.prom"))
                #expect(metrics["expiring_batches"] == 1)
            }
        }
    }

    @Test func `the metrics file is replaced atomically`() async throws {
        try await Scratch.use { scratch in
            let path = try scratch.write("old figures\n", to: "m.prom")
            let old = try FileHandle(forReadingFrom: URL(filePath: path))
            try await InProcess.export(Scenario.generated(lines: 5), ["--metrics-file", path]) { run, _, _ in
                #expect(run.status == .done)
                // A reader of the old file still reads it completely.
                let read = try old.readToEnd()
                #expect(read == Data("old figures\n".utf8))
                let metrics = try Metrics(scratch.text("m.prom"))
                #expect(metrics["last_run_success"] == 1)
                let names = try FileManager.default.contentsOfDirectory(atPath: scratch.url.path)
                #expect(names == ["m.prom"])
            }
        }
    }

    @Test func `metrics of a run that could not start say so`() async throws {
        try await Scratch.use { scratch in
            let arguments = ["export", "--archive", scratch.path("a"), "--metrics-file", scratch.path("m.prom")]
            let run = await InProcess.run(arguments + ["--since", "soon"], at: "http://127.0.0.1:9")
            #expect(run.status == .usage)
            let metrics = try Metrics(scratch.text("m.prom"))
            #expect(metrics["last_run_success"] == 0)
            #expect(metrics["last_run_exit_status"] == 2)
        }
    }

    // MARK: Pings

    @Test func `pings mark start and end, contain no key, and only warn if they fail`() async throws {
        try await Scratch.use { scratch in
            try await withSimulator(Scenario.generated(lines: 5)) { server in
                let arguments = ["export", "--archive", scratch.path("a"), "--ping-url", server.baseURL + "/p"]
                let good = await InProcess.run(arguments, at: server.baseURL)
                // The simulator does not have this path, so both pings fail.
                #expect(good.status == .done)
                #expect(good.notes.contains("warning: ping of \(server.baseURL) failed"), "\(good.notes)")
                let bad = await InProcess.run(arguments + ["--since", "soon"], at: server.baseURL)
                #expect(bad.status == .usage)
                let requests = server.service.requests
                let pings = requests.filter { $0.endpoint == nil }
                #expect(pings.map(\.path) == ["/p/start", "/p", "/p/start", "/p/fail"])
                #expect(pings.allSatisfy { $0.method == "POST" && $0.credential == .missing })
                #expect(requests.first?.path == "/p/start")
                let bodies = pings.map { String(decoding: $0.body, as: UTF8.self) }
                #expect(bodies[0].hasPrefix("batchkeep ") && bodies[0].hasSuffix(" started\n"))
                #expect(
                    bodies[1] == "exit status 0: done\n1 archived, 0 already archived, 0 pending, 0 with problems\n"
                )
                #expect(
                    bodies[3]
                        .hasPrefix("exit status 2: invalid usage, no API key, or a folder that is not an archive\n")
                )
            }
        }
    }

    @Test func `a dry run sends no pings`() async throws {
        try await Scratch.use { scratch in
            try await withSimulator(Scenario.generated(lines: 5)) { server in
                let run = await InProcess.run(
                    [
                        "export", "--dry-run", "--archive", scratch.path("a"), "--ping-url", server.baseURL + "/p",
                        "--metrics-file", scratch.path("m.prom"),
                    ],
                    at: server.baseURL
                )
                #expect(run.status == .done, "\(run.notes)")
                #expect(server.service.requests.allSatisfy { $0.endpoint != nil })
                let names = try FileManager.default.contentsOfDirectory(atPath: scratch.url.path)
                #expect(names == [])
            }
        }
    }
}

/// The samples of a metrics file, by name and labels without the prefix `batchkeep_`.
private struct Metrics {
    private var values: [String: Double] = [:]

    /// Fails for a line that is not a sample, for a sample without its type before it, and for a repeated sample.
    init(_ text: String) throws {
        var typed: Set<String> = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE ") { typed.insert(String(words[2])) }
            if line.hasPrefix("#") { continue }
            try #require(words.count == 2, "\(line)")
            #expect(typed.contains(String(words[0].prefix { $0 != "{" })), "\(line)")
            let key = String(words[0].dropFirst("batchkeep_".count))
            #expect(values[key] == nil, "\(line)")
            let value = try #require(Double(words[1]), "\(line)")
            values[key] = value
        }
        #expect(text.hasSuffix("\n"))
    }

    subscript(name: String) -> Double? { values[name] }
}
