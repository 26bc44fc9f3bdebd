import Foundation
import Testing

/// The effect of signals on a run.
struct SignalTests {
    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func `a signal ends a run cleanly, and the next run completes it`(signal: Int32, status: Int32) async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.run(["--generate", "5000", "--batches", "6"]) { simulation in
                let stopped = try await Program.run(
                    ["export", "--output", "json"],
                    environment: simulation.environment,
                    in: folder.url
                ) { process in
                    await Self.waitForFile(below: "archive/_partial", in: folder, while: process)
                    kill(process.processIdentifier, signal)
                }
                #expect(stopped.status == status, "\(stopped.notes)")
                #expect(stopped.notes.contains("Stopped before the end."))
                #expect(stopped.lines.count == 1)
                let next = try await Program.run(["export"], environment: simulation.environment, in: folder.url)
                #expect(next.status == 0, "\(next.notes)")
                #expect(try folder.files(below: "archive/manifests").count == 6)
                #expect(try folder.files(below: "archive/_partial").isEmpty)
            }
        }
    }

    @Test func `a signal ends all workspaces of a run`() async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.run(["--generate", "5000", "--batches", "2"]) { simulation in
                let file = folder.url.appending(path: "file.yaml")
                try Data("output: json\nsources: [{name: a}, {name: b}]\n".utf8).write(to: file)
                let stopped = try await Program.run(
                    ["run", "file.yaml"],
                    environment: simulation.environment,
                    in: folder.url
                ) { process in
                    await Self.waitForFile(below: "archive/workspace=a/_partial", in: folder, while: process)
                    kill(process.processIdentifier, SIGTERM)
                }
                #expect(stopped.status == 143, "\(stopped.notes)")
                #expect(stopped.lines.count == 1)
                #expect(stopped.output.contains("\"exit_statuses\":[143]"), "\(stopped.output)")
                #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/archive/workspace=b"))
                let next = try await Program.run(
                    ["run", "file.yaml"],
                    environment: simulation.environment,
                    in: folder.url
                )
                #expect(next.status == 0, "\(next.notes)")
                #expect(try folder.files(below: "archive/workspace=a/manifests").count == 2)
                #expect(try folder.files(below: "archive/workspace=b/manifests").count == 2)
            }
        }
    }

    @Test func `a second signal ends a run at once, and the next run completes it`() async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.run(["--generate", "5000", "--batches", "6"]) { simulation in
                let stopped = try await Program.run(["export"], environment: simulation.environment, in: folder.url) {
                    process in
                    await Self.waitForFile(below: "archive/_partial", in: folder, while: process)
                    // Two equal signals may be delivered as one; two different ones are not.
                    kill(process.processIdentifier, SIGTERM)
                    kill(process.processIdentifier, SIGINT)
                }
                #expect([130, 143].contains(stopped.status), "\(stopped.notes)")
                let next = try await Program.run(["export"], environment: simulation.environment, in: folder.url)
                #expect(next.status == 0, "\(next.notes)")
                #expect(try folder.files(below: "archive/manifests").count == 6)
            }
        }
    }

    /// Waits until the run has started to write or has ended.
    private static func waitForFile(below path: String, in folder: TemporaryFolder, while process: Process) async {
        while process.isRunning, (try? folder.files(below: path).isEmpty) ?? true { await Task.yield() }
    }
}
