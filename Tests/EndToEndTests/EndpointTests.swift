import Foundation
import Testing

/// The built program against a simulation that behaves like a cloud endpoint behind a gateway.
struct EndpointTests {
    private static let workspace = "wrkspc_01SimulatedWorkspace00001"
    private static let gateway = [
        "--path-prefix", "/proxy/anthropic/", "--page-limit", "5", "--require-workspace", "--samples",
        Program.samples.path, "--now", "2026-11-22T12:00:00Z",
    ]
    private static let export = [
        "export", "--since", "2024-08-01", "--status", "ended", "--archive", "archive", "--workspace", workspace,
    ]

    @Test(arguments: ["", "/v1"])
    func `the samples are exported through a gateway with a token, a workspace and small pages`(
        ending: String
    ) async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.run(Self.gateway) { simulation in
                #expect(simulation.baseURL.hasSuffix("/proxy/anthropic"))
                let environment = [
                    "ANTHROPIC_BASE_URL": simulation.baseURL + ending, "ANTHROPIC_AUTH_TOKEN": "token-of-the-gateway",
                ]
                let run = try await Program.run(Self.export, environment: environment, in: folder.url)
                #expect(run.status == 0, "\(run.notes)")
                #expect(run.notes.contains("note: the server limits pages of the listing to 5 batches, so "))
                #expect(try folder.files(below: "archive/manifests").count == 13)
            }
        }
    }

    @Test func `a batch whose results are removed is listed with its counts and counted as removed`() async throws {
        let id = try Program.sampleID(of: "2026-10-long-documents")
        try await withTemporaryFolder { folder in
            try await Simulation.run(Self.gateway + ["--remove-results", id]) { simulation in
                let listed = try await Program.run(
                    ["list", "--batch", id, "--workspace", Self.workspace, "--format", "ndjson"],
                    environment: simulation.environment,
                    in: folder.url
                )
                let object = try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any]
                #expect(object?["results_url"] is NSNull && object?["archived_at"] is String)
                let counts = object?["request_counts"] as? [String: Int] ?? [:]
                #expect(counts.values.reduce(0, +) > 0)
                let run = try await Program.run(Self.export, environment: simulation.environment, in: folder.url)
                #expect(run.status == 0, "\(run.notes)")
                #expect(try folder.files(below: "archive/manifests").count == 12)
            }
        }
    }
}
