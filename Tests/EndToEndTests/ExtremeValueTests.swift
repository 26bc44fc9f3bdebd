import Foundation
import Testing

/// The built program with times and numbers at and beyond its limits: a trap would end it with a signal.
struct ExtremeValueTests {
    @Test(
        arguments: [
            (["--since", "9999-12-31"], 0), (["--since", "0001-01-01", "--until", "9999-12-31"], 0),
            (["--since", "1000000w"], 2), (["--until", "9999-12-31T23:59:59-23:59"], 2),
            (["--page-size", "9223372036854775807"], 2),
            (["--since", "2024-01-01", "--deadline", "1000000w", "--wait", "1000000w"], 0),
        ] as [([String], Int32)]
    )
    func `an option with an extreme value is used or rejected`(options: [String], status: Int32) async throws {
        try await Simulation.ofSamples { simulation in
            try await withTemporaryFolder { folder in
                let export = ["export", "--archive", folder.path + "/archive", "--quiet"]
                let run = try await Program.run(export + options, environment: simulation.environment)
                #expect(run.status == status, "\(run.notes)")
                #expect(run.notes.isEmpty == (status == 0) && (status == 0 || run.notes.contains(options[1])))
            }
        }
    }

    @Test func `dates and sizes in a manifest do not crash the readers`() async throws {
        try await Simulation.ofSamples { simulation in
            try await withTemporaryFolder { folder in
                let archive = ["--archive", folder.path]
                let export = ["export", "--since", "2024-01-01", "--quiet"] + archive
                #expect(try await Program.run(export, environment: simulation.environment).status == 0)
                let manifests = try folder.files(below: "manifests")
                    .map { folder.url.appending(path: "manifests/\($0)") }
                let changes = [
                    ("\"ended_at\":\"20", "\"ended_at\":\"17"), ("\"bytes\":", "\"bytes\":9007199254740992,\"old\":"),
                    ("\"found\":{", "\"found\":{\"a\":9007199254740992,\"b\":9007199254740992,"),
                ]
                #expect(manifests.count >= changes.count)
                for (manifest, change) in zip(manifests, changes) {
                    var text = try String(contentsOf: manifest, encoding: .utf8)
                    text = text.replacing("\": ", with: "\":").replacing(change.0, with: change.1)
                    #expect(text.contains(change.1))
                    try text.write(to: manifest, atomically: false, encoding: .utf8)
                    // The years 2262 and later do not fit into 64 bits of nanoseconds.
                    let far = Date(timeIntervalSince1970: 13_000_000_000)
                    try FileManager.default.setAttributes([.modificationDate: far], ofItemAtPath: manifest.path)
                }
                for command in [["summarize"], ["verify", "--full"], ["errors"], ["query", "SELECT 1"], ["status"]] {
                    let run = try await Program.run(command + archive)
                    #expect([0, 1, 3, 4, 7, 8].contains(run.status), "\(command) \(run.status): \(run.notes)")
                }
            }
        }
    }
}
