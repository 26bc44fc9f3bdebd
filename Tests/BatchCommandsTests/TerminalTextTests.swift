import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Tables
import Testing

@testable import BatchCommands

/// Text of a server that a terminal would obey: in messages, statuses, IDs, models and result types.
struct TerminalTextTests {
    /// A title, a cleared screen, a C1 sequence, reversed text, and a forged line.
    private static let hostile = "\u{1B}]0;owned\u{7}\u{1B}[2J\u{9B}31m\u{202E}evil\u{2028}\r\nerror: Complete"

    private static var json: String {
        let data = (try? JSONEncoder().encode(hostile)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    /// Requires that the text contains the hostile text visibly, on one line.
    private func expectSafe(_ text: String, _ name: String) {
        #expect(text.contains("evil"), "\(name) does not quote the text: \(text)")
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
        #expect(lines.allSatisfy { $0 == $0.visible }, "\(name): \(text.debugDescription)")
        #expect(!lines.contains { $0.hasPrefix("error: Complete") }, "\(name): \(text)")
    }

    private func scenario(_ effect: FaultEffect, on endpoints: Set<Endpoint>) throws -> Scenario {
        var scenario = try Scenario.generated(lines: 3, batches: 1)
        scenario.faults = [Fault(effect, on: endpoints)]
        return scenario
    }

    private var refusal: FaultEffect {
        .answer(
            status: 400,
            headers: [HeaderField("content-type", "application/json")],
            body: #"{"type":"error","error":{"type":\#(Self.json),"message":\#(Self.json)},"request_id":\#(Self.json)}"#
        )
    }

    @Test(arguments: [["--log-format", "json"], ["--log-format", "text"], ["--quiet"]])
    func `an error message of the server stays on its line in messages, log and document`(
        arguments: [String]
    ) async throws {
        try await InProcess.export(scenario(refusal, on: [.results]), arguments) { run, archive, _ in
            expectSafe(run.notes, "notes of \(arguments)")
            #expect(run.output.utf8.count { $0 == 0x0A } == 1)
            expectSafe(String(run.output.dropLast()), "document")
            let status = await InProcess.offline(["status"], on: archive)
            expectSafe(status.output, "status")
        }
    }

    @Test func `live lines on a terminal contain no sequence but our own`() throws {
        let written = CapturedBytes()
        let context = CommandContext(
            environment: [:],
            now: { Timestamp(seconds: 0) },
            notesAreTerminal: true,
            width: 60,
            write: { _ in },
            writeNote: written.append
        )
        var board = LiveBoard(context: context)
        board.show([Self.hostile, String(repeating: "漢", count: 50)], at: Timestamp(seconds: 0))
        board.clear()
        context.note(Self.hostile, .bad)
        let ours = ["\u{1B}[2A\u{1B}[0J", "\u{1B}[31m", "\u{1B}[0m"]
        expectSafe(ours.reduce(written.text) { $0.replacing($1, with: "") }, "terminal")
        let wide = try #require(written.text.split(separator: "\n").first { $0.contains("漢") })
        #expect(wide.count { $0 == "漢" } == 29)
    }

    @Test func `a status of the server is visible in a listing and escaped in JSON`() async throws {
        try await withSimulator(scenario(.batchMember("processing_status", Self.json), on: [.list])) { server in
            func list(_ format: String) async -> InProcess {
                await InProcess.run(["list", "--since", "2000-01-01", "--format", format], at: server.baseURL)
            }
            expectSafe(await list("table").output, "table")
            for format in ["json", "ndjson"] {
                let run = await list(format)
                expectSafe(run.output, format)
                let value = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
                let row = (value as? [[String: Any]])?.first ?? value as? [String: Any]
                #expect(row?["processing_status"] as? String == Self.hostile, "\(run.output)")
            }
        }
    }

    private func line(_ id: String) -> String {
        #"{"custom_id":\#(id),"result":{"type":"errored","error":{"type":"error","error":{"type":\#(Self.json),"message":\#(Self.json)}}}}"#
            + "\n"
    }

    @Test func `results are visible to people, escaped in JSON and exact in CSV and raw`() async throws {
        var scenario = try scenario(.results(.replaced(Array(line(Self.json).utf8))), on: [.results])
        let counts = #"{"processing":0,"succeeded":0,"errored":1,"canceled":0,"expired":0}"#
        scenario.faults.append(Fault(.batchMember("request_counts", counts), on: [.list, .retrieve]))
        try await InProcess.export(scenario) { run, archive, _ in
            #expect(run.status == .done, "\(run.notes)")
            for command in [
                ["errors"], ["errors", "--format", "table"], ["errors", "--format", "markdown"],
                ["errors", "--format", "json"],
                ["select", "--columns", "custom_id,error_message", "--format", "table"],
                ["select", "--columns", "custom_id,error_message", "--format", "ndjson"],
                ["query", "SELECT custom_id, error_type FROM results", "--format", "table"],
                ["query", "SELECT custom_id, error_type FROM results"], ["show", Self.hostile],
                ["show", Self.hostile, "--json"],
            ] {
                let shown = await InProcess.offline(command, on: archive)
                #expect(shown.status == .done, "\(command): \(shown.notes)")
                expectSafe(shown.output, command.joined(separator: " "))
            }
            let row = await InProcess.offline(["select", "--columns", "custom_id", "--format", "ndjson"], on: archive)
            #expect(row.document["custom_id"] as? String == Self.hostile)
            let field = await InProcess.offline(["select", "--columns", "custom_id", "--format", "csv"], on: archive)
            #expect(field.output == "custom_id\n\"\(Self.hostile)\"\n")
            let raw = await InProcess.offline(["show", Self.hostile, "--raw"], on: archive)
            #expect(raw.output == line(Self.json))
        }
    }

    @Test func `an argument and a file name from outside stay on their line`() async {
        let name = "\u{1B}[2Jevil\nerror: Complete"
        for arguments in [
            ["select", name], ["prices", "--prices", name], ["report", "--html", "a", "--archive", name],
        ] {
            let run = await InProcess.offline(arguments)
            #expect(run.status != .done)
            expectSafe(run.notes, arguments[0])
        }
    }
}
