import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import TestSupport
import Testing

/// The rows of the fault matrix in which no service answers.
enum NetworkFaults {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let sentence: String
        /// Whether the port accepts connections and then sends nothing.
        var isSilent = false
        /// The address of the missing service, given the port of a service that speaks HTTP without TLS.
        let baseURL: @Sendable (_ port: Int) -> String

        var testDescription: String { name }
    }

    static let rows = [
        // Port 1 is tcpmux, which machines do not use anymore.
        Row(name: "connection refused", sentence: "connection refused") { _ in "http://127.0.0.1:1" },
        Row(name: "an unknown host name", sentence: "host name not found") { _ in "http://nowhere.invalid"
        },
        Row(name: "TLS refused", sentence: "TLS connection failed") { "https://127.0.0.1:\($0)" },
        Row(name: "no connection in time", sentence: "no connection in time", isSilent: true) {
            "https://127.0.0.1:\($0)"
        },
    ]
}

struct NetworkFaultTests {
    @Test(arguments: NetworkFaults.rows)
    func `the address of the unreachable server does not answer`(row: NetworkFaults.Row) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "batchkeep-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let expectNothing = { (port: Int) in
            let run = await InProcess.run(
                ["export", "--archive", folder.path, "--json", "--connect-timeout", "1"],
                at: row.baseURL(port),
                clock: QuickClock()
            )
            #expect(run.status == .error)
            #expect(run.notes.contains(row.sentence), "\(run.notes)")
            #expect(Archive(url: folder).archivedIDs.isEmpty)
            #expect(run.document["exit_status"] as? Int == 1)
        }
        if row.isSilent {
            try await withSilentListener(expectNothing)
        } else {
            try await withSimulator(.generated(lines: 1)) { server in await expectNothing(server.port) }
        }
    }
}
