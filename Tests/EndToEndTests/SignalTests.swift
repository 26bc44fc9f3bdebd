import Foundation
import TestSupport
import Testing

/// The effect of signals on a run.
struct SignalTests {
    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func `a signal ends a run cleanly, and the next run completes it`(signal: Int32, status: Int32) async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.run(["--generate", "5000", "--batches", "6"]) { simulation in
                let stopped = try await Program.run(
                    ["export", "--json"],
                    environment: simulation.environment,
                    in: folder.url
                ) { process in
                    await Self.waitForFile(below: "archive/_partial", in: folder, while: process)
                    kill(process.processIdentifier, signal)
                }
                #expect(stopped.status == status, "\(stopped.notes)")
                #expect(stopped.notes.contains("warning: interrupted: "), "\(stopped.notes)")
                #expect(stopped.notes.contains("\n  partial: "), "\(stopped.notes)")
                let hint = "hint: to resume, run the same command again: batchkeep export --json\n"
                #expect(stopped.notes.hasSuffix(hint), "\(stopped.notes)")
                #expect(!stopped.notes.contains("received"), "\(stopped.notes)")
                let status = try await Program.run(["status", "--format", "json"], in: folder.url)
                #expect(status.output.contains("\"failed\":0,"), "\(status.output)")
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
                try Data("format: json\nsources: [{name: a}, {name: b}]\n".utf8).write(to: file)
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
                let hint = "hint: to resume, run the same command again: batchkeep run file.yaml\n"
                #expect(stopped.notes.components(separatedBy: "hint: to resume").count == 2, "\(stopped.notes)")
                #expect(stopped.notes.contains(hint), "\(stopped.notes)")
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

    @Test func `a signal ends the wait for a pending batch`() async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.ofSamples { simulation in
                // The only batch of the run is pending, so a run with a catalog waits.
                let stopped = try await Program.run(
                    ["export", "--batch", "msgbatch_01RkEUo2aFqVYcFPFkFqWK2T", "--wait-ended", "24h", "--json"],
                    environment: simulation.environment,
                    in: folder.url
                ) { process in
                    await Self.waitForFile(below: "archive", count: 2, in: folder, while: process)
                    kill(process.processIdentifier, SIGTERM)
                }
                #expect(stopped.status == 143, "\(stopped.notes)")
                #expect(stopped.notes.contains("warning: interrupted: nothing was archived\n  partial: no batch\n"))
                #expect(stopped.notes.contains("hint: to resume, run the same command again: batchkeep export --batch"))
                #expect(stopped.lines.count == 1)
                #expect(stopped.output.contains("\"exit_statuses\":[143"), "\(stopped.output)")
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

    @Test func `a server that never answers the TLS handshake does not hold the program`() async throws {
        try await withSilentListener { port in
            let patience = ["--connect-timeout", "3600", "--idle-timeout", "3600"]
            let environment = ["ANTHROPIC_API_KEY": "key", "ANTHROPIC_BASE_URL": "https://127.0.0.1:\(port)"]
            try await withTemporaryFolder { folder in
                let stopped = try await Program.run(
                    ["export"] + patience,
                    environment: environment,
                    in: folder.url
                ) { process in
                    await Self.waitForFile(below: "archive", in: folder, while: process)
                    kill(process.processIdentifier, SIGTERM)
                }
                #expect(stopped.status == 143, "\(stopped.notes)")
            }
            try await withTemporaryFolder { folder in
                let limited = try await Program.run(
                    ["export", "--max-runtime", "1s"] + patience,
                    environment: environment,
                    in: folder.url
                )
                #expect(limited.status == 3, "\(limited.notes)")
            }
        }
    }

    @Test func `a run that waits for the reader of its output ends after a signal`() async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.run(["--generate", "1", "--batches", "600"]) { simulation in
                let listed = try await Program.run(["list"], environment: simulation.environment)
                let input = folder.url.appending(path: "batches")
                try Data(((listed.lines.first ?? "") + "\n").utf8).write(to: input)
                let one = try await Program.shell(
                    "batchkeep fetch --quiet --archive one < batches",
                    in: folder,
                    environment: simulation.environment
                )
                #expect(one.status == 0 && one.output.count > 100, "\(one.notes)")
                // More receipts than a pipe holds.
                let count = 65_536 / max(1, one.output.utf8.count) + 2
                try Data(listed.output.utf8).write(to: input)
                let process = Process()
                process.executableURL = Program.binary
                process.arguments = ["fetch", "--quiet"]
                process.environment = Program.cleanEnvironment.merging(simulation.environment) { $1 }
                process.currentDirectoryURL = folder.url
                process.standardInput = try FileHandle(forReadingFrom: input)
                process.standardError = FileHandle.nullDevice
                // Nobody reads the receipts, so the run waits as soon as the pipe is full.
                let receipts = Pipe()
                process.standardOutput = receipts
                let ended = AsyncStream<Void>.makeStream()
                process.terminationHandler = { _ in ended.continuation.finish() }
                try process.run()
                await Self.waitForFile(below: "archive/manifests", count: count, in: folder, while: process)
                kill(process.processIdentifier, SIGTERM)
                for await _ in ended.stream {}
                #expect(process.terminationStatus == 143)
                try receipts.fileHandleForReading.close()
            }
        }
    }

    /// Waits until the run has written this number of files or has ended.
    private static func waitForFile(
        below path: String,
        count: Int = 1,
        in folder: TemporaryFolder,
        while process: Process
    ) async {
        while process.isRunning, ((try? folder.files(below: path).count) ?? 0) < count { await Task.yield() }
    }
}
