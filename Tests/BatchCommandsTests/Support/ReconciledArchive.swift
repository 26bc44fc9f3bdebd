import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Testing

/// A service with batches, and an archive of them that `reconcile` reads.
struct ReconciledArchive {
    static let admin = "sk-ant-admin-key-of-the-test"
    static let now = Timestamp("2026-11-20T12:30:00Z") ?? Timestamp(seconds: 0)
    static let haiku = "claude-haiku-4-5-20251001"

    let scratch: Scratch
    let server: SimulatorServer

    /// Runs a command on the archive; `key` is the Admin key.
    func run(
        _ arguments: String...,
        key: String? = admin,
        width: Int? = nil,
        environment: [String: String] = [:]
    ) async -> InProcess {
        let keys = key.map { ["ANTHROPIC_ADMIN_KEY": $0] } ?? [:]
        return await InProcess.run(
            arguments + ["--archive", scratch.path("archive")],
            at: server.baseURL,
            environment: keys.merging(environment) { $1 },
            now: { Self.now },
            width: width
        )
    }

    /// A batch with requests of 1,000 input and 10 output tokens each.
    static func batch(
        _ id: String,
        _ created: String,
        minutes: Int64,
        model: String = haiku,
        requests: Int = 10
    ) throws -> SimulatedBatch {
        let answer = (model: model, usage: #""input_tokens":1000,"output_tokens":10,"service_tier":"batch""#)
        return try batch(id, created, minutes: minutes, answers: Array(repeating: answer, count: requests))
    }

    /// A batch with answers of these models, with the members of their usage.
    static func batch(
        _ id: String,
        _ created: String,
        minutes: Int64 = 30,
        answers: [(model: String, usage: String)]
    ) throws -> SimulatedBatch {
        let start = try #require(Timestamp(created))
        let document = """
            {"id":"msgbatch_\(id)","type":"message_batch","processing_status":"ended","request_counts":{"processing":0,\
            "succeeded":\(answers.count),"errored":0,"canceled":0,"expired":0},"created_at":"\(start.text)",\
            "ended_at":"\(start.adding(seconds: minutes * 60).text)","expires_at":"\(start.adding(seconds: 86_400).text)",\
            "archived_at":null,"cancel_initiated_at":null,\
            "results_url":"{base_url}/v1/messages/batches/msgbatch_\(id)/results"}
            """
        let lines = answers.enumerated()
            .map { index, answer in
                """
                {"custom_id":"\(id)-\(index)","result":{"type":"succeeded","message":{"id":"msg_\(index)","model":"\(answer.model)",\
                "content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","usage":{\(answer.usage)}}}}

                """
            }
        return try SimulatedBatch(document: Array(document.utf8), results: Array(lines.joined().utf8))
    }

    /// Three batches: two inside a day each, and one that crosses midnight.
    static func batches() throws -> [SimulatedBatch] {
        [
            try batch("a", "2026-11-17T08:00:00Z", minutes: 30), try batch("b", "2026-11-18T08:00:00Z", minutes: 30),
            try batch("c", "2026-11-17T23:00:00Z", minutes: 120),
        ]
    }

    /// Archives the batches of a scenario, changes the service, and runs `body`.
    static func exported(
        _ batches: [SimulatedBatch],
        _ export: [String] = ["--since", "2026-11-01"],
        _ adjust: (inout Scenario) -> Void = { _ in },
        _ body: (ReconciledArchive) async throws -> Void
    ) async throws {
        var scenario = Scenario(batches: batches, clock: .manual(ManualClock(at: now)))
        adjust(&scenario)
        try await withSimulator(scenario) { server in
            try await Scratch.use { scratch in
                let setting = ReconciledArchive(scratch: scratch, server: server)
                let run = await InProcess.run(
                    ["export", "--quiet", "--archive", scratch.path("archive")] + export,
                    at: server.baseURL,
                    now: { now }
                )
                #expect(run.status == .done || run.status == .partial, "\(run.notes)")
                try await body(setting)
            }
        }
    }
}
