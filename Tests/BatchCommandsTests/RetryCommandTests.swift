import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// `retry` on the samples, and a second submission of the requests it writes.
struct RetryCommandTests {
    private static let nightly = "recent-nightly-triage"
    private static let catalog = "recent-catalog-canceled"

    @Test func `requests with temporary errors are written byte for byte`() async throws {
        try await withRetryFixture { ground in
            let run = try await ground.retry(Self.catalog)
            #expect(run.status == .partial, "\(run.notes)")
            let path = try #require(run.output.split(separator: "\n").first.map(String.init))
            let body = try String(contentsOfFile: path, encoding: .utf8)
            let source = try String(contentsOfFile: Samples.path("requests/\(Self.catalog).jsonl"), encoding: .utf8)
            let requests = try ground.requests(inBodyAt: path)
            let notFound = ground.lines(of: "retry/not-found.ndjson")
            #expect(requests.count + notFound.count == 46 && !notFound.isEmpty)
            for request in requests {
                let id = try #require(request["custom_id"] as? String)
                let line = try #require(source.split(separator: "\n").first { $0.contains("\"custom_id\": \"\(id)\"") })
                let params = try #require(line.firstRange(of: "\"params\": "))
                #expect(body.contains("{\"custom_id\":\"\(id)\",\"params\":\(line[params.upperBound...])"), "\(id)")
            }
            let lineage = ground.lines(of: "retry/retry-0001.lineage.ndjson")
            #expect(lineage.count == requests.count)
            let batch = try Samples.id(of: Self.catalog)
            let start = #"{"part":"retry-0001.json","batch_id":"\#(batch)","custom_id":"#
            #expect(lineage.allSatisfy { $0.hasPrefix(start) && $0.hasSuffix(#","reason":"canceled"}"#) })
            #expect(run.notes.contains("not-found.ndjson"))
        }
    }

    @Test func `after a second submission and export every request has a result`() async throws {
        try await withRetryFixture { ground in
            let run = try await ground.retry(Self.catalog)
            let path = try #require(run.output.split(separator: "\n").first.map(String.init))
            let ids = try ground.requests(inBodyAt: path).compactMap { $0["custom_id"] as? String }
            let id = try await ground.submit(path)
            ground.clock.advance(seconds: 100_000)
            let export = await InProcess.run(
                ["export", "--batch", id, "--archive", ground.archive.url.path],
                at: ground.server.baseURL
            )
            #expect(export.status == .done, "\(export.notes)")
            let joined = await InProcess.run(
                ["join", "--batch", id, "--archive", ground.archive.url.path, "--join", path, "--json"],
                at: ground.server.baseURL
            )
            let side = try #require((joined.document["sources"] as? [[String: Any]])?.first)
            #expect(side["matched"] as? Int == ids.count)
            #expect(side["results_without_request"] as? Int == 0 && side["requests_without_result"] as? Int == 0)
        }
    }

    @Test func `classes and types select, and top-level params are set`() async throws {
        try await withRetryFixture { ground in
            let all = try await ground.retry(
                Self.nightly,
                ["--dry-run", "--include", "fix_input,fix_account", "--json"]
            )
            let reasons = all.document["reasons"] as? [String: Int] ?? [:]
            #expect(reasons.values.reduce(0, +) == 8, "\(reasons)")
            #expect((reasons["errored:retry"] ?? 0) > 0)
            let some = try await ground.retry(Self.nightly, ["--dry-run", "--json"])
            #expect(some.document["reasons"] as? [String: Int] == reasons.filter { $0.key == "errored:retry" })
            let none = try await ground.retry(Self.nightly, ["--dry-run", "--result", "expired"])
            #expect(none.status == .done && none.output.contains("No failed request matches"))
            let unusable = try await ground.retry(Self.nightly, ["--dry-run", "--unusable", "--json"])
            #expect((unusable.document["reasons"] as? [String: Int])?["empty"] == 2)

            let run = try await ground.retry(
                Self.nightly,
                ["--set", "model=claude-haiku-5-5", "--set", "max_tokens=77", "--form", "jsonl"]
            )
            let path = try #require(run.output.split(separator: "\n").first.map(String.init))
            #expect(path.hasSuffix("retry-0001.jsonl"))
            for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
                let request = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                let params = try #require(request?["params"] as? [String: Any])
                #expect(params["model"] as? String == "claude-haiku-5-5" && params["max_tokens"] as? Int == 77)
            }
        }
    }

    @Test func `a dry run reports reasons and the estimated cost, and writes nothing`() async throws {
        try await withRetryFixture { ground in
            let run = try await ground.retry(Self.catalog, ["--dry-run"])
            #expect(run.status == .done)
            #expect(run.output.contains("canceled") && run.output.contains("46"), "\(run.output)")
            #expect(run.output.contains("Cost at stake") && run.output.contains("$"), "\(run.output)")
            #expect(ground.lines(of: "retry/retry-0001.json").isEmpty)
        }
    }

    @Test func `batches whose raw files were removed are reported as not searched`() async throws {
        try await withRetryFixture { ground in
            let prune = ["prune", "--raw-older-than", "2100-01-01", "--even-if-last-copy", "--apply"]
            #expect(await InProcess.offline(prune, on: ground.archive).status == .done)
            let run = try await ground.retry(Self.catalog)
            #expect(run.status == .done && run.output.isEmpty, "\(run.output)")
            #expect(run.notes.contains("warning: 1 batch was not searched: its raw file was removed\n"), "\(run.notes)")
            #expect(run.notes.contains("No failed request of the searched batches matches"), "\(run.notes)")
            let document = try await ground.retry(Self.catalog, ["--dry-run", "--json"]).document
            #expect(document["not_searched"] as? Int == 1)
        }
    }

    @Test func `requests that name a retired model are counted`() async throws {
        try await withRetryFixture { ground in
            let triage = "2025-01-ticket-triage"
            let all = ["--include", "fix_input,fix_account", "--dry-run"]
            let model = "claude-3-5-haiku-20241022"
            let warning = "warning: 22 requests name a retired model: \(model), whose last day was 2026-02-19\n"
            let run = try await ground.retry(triage, all)
            #expect(run.notes.contains(warning + "hint: name another model: --set model=…\n"), "\(run.notes)")
            let document = try await ground.retry(triage, all + ["--json"]).document
            let models = try #require(document["retired_models"] as? [[String: Any]])
            #expect(models.count == 1 && models[0]["model"] as? String == model && models[0]["requests"] as? Int == 22)
            // Without a source, the other results of the batch name the model.
            let id = try Samples.id(of: triage)
            let bare = await InProcess.offline(["retry", "--batch", id] + all, on: ground.archive)
            #expect(bare.notes.contains(warning), "\(bare.notes)")
            let edit = ["--set", "model=claude-haiku-5-5"]
            for quiet in [
                try await ground.retry(triage, all + edit), try await ground.retry(Self.nightly, all),
                await InProcess.offline(["retry", "--batch", id] + all + edit, on: ground.archive),
            ] {
                #expect(quiet.status == .done && !quiet.notes.contains("retired"), "\(quiet.notes)")
            }
            let other = try await ground.retry(triage, Array(all.dropLast()) + ["--set", "model=\(model)"])
            #expect(other.notes.contains(warning) && !other.output.isEmpty, "\(other.notes)")
        }
    }

    @Test func `files of an earlier run stay, and metadata is not a request`() async throws {
        try await withRetryFixture { ground in
            _ = try await ground.retry(Self.catalog)
            let again = try await ground.retry(Self.catalog)
            #expect(again.status == .usage && again.notes.contains("already exists"), "\(again.notes)")
            let id = try Samples.id(of: Self.catalog)
            let wrong = await InProcess.run(
                [
                    "retry", "--batch", id, "--archive", ground.archive.url.path, "--join",
                    Samples.path("metadata/catalog.csv"),
                ],
                at: ground.server.baseURL
            )
            #expect(wrong.status == .usage && wrong.notes.contains("contains no requests"), "\(wrong.notes)")
            let bare = await InProcess.run(["retry", "--archive", ground.archive.url.path], at: ground.server.baseURL)
            #expect(bare.status == .usage && bare.notes.contains("--join"), "\(bare.notes)")
        }
    }
}

/// An archive of the samples, their simulator, and a folder for output files.
private struct RetryFixture {
    let archive: Archive
    let server: SimulatorServer
    let clock: ManualClock
    let folder: URL

    /// Collects the failed requests of one sample batch that has a request file.
    func retry(_ name: String, _ arguments: [String] = []) async throws -> InProcess {
        let source = "requests/\(name).jsonl\(name.contains("nightly") ? ".gz" : "")"
        return await InProcess.run(
            ["retry", "--batch", try Samples.id(of: name), "--archive", archive.url.path]
                + ["--join", Samples.path(source), "--out", folder.appending(path: "retry").path] + arguments,
            at: server.baseURL
        )
    }

    func requests(inBodyAt path: String) throws -> [[String: Any]] {
        let body = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any]
        return try #require(body?["requests"] as? [[String: Any]])
    }

    func lines(of name: String) -> [String] {
        let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
        return text?.split(separator: "\n").map(String.init) ?? []
    }

    /// Creates a batch from a file, like `curl --data @FILE`, and returns its ID.
    func submit(_ path: String) async throws -> String {
        var request = URLRequest(url: try #require(URL(string: server.baseURL + "/v1/messages/batches")))
        request.httpMethod = "POST"
        request.httpBody = try Data(contentsOf: URL(filePath: path))
        request.setValue(InProcess.key, forHTTPHeaderField: "x-api-key")
        request.setValue("2023-06-01", forHTTPHeaderField: "anthropic-version")
        request.setValue("application/json", forHTTPHeaderField: "content-type")
        let (data, response) = try await URLSession.shared.data(for: request)
        #expect((response as? HTTPURLResponse)?.statusCode == 200, "\(String(decoding: data, as: UTF8.self))")
        let batch = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return try #require(batch?["id"] as? String)
    }
}

private func withRetryFixture(_ body: (RetryFixture) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
        let clock = ManualClock(at: try #require(Timestamp("2026-11-22T12:00:00Z")))
        let scenario = try Samples.scenario(clock: .manual(clock))
        try await InProcess.export(scenario, ["--since", "2024-08-01"]) { run, archive, server in
            #expect(run.status == .done, "\(run.notes)")
            try await body(RetryFixture(archive: archive, server: server, clock: clock, folder: folder))
        }
    }
}
