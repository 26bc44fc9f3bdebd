import Foundation
import Testing

/// The files that schedule batchkeep: the program for which each file is made reads it, and its command is run.
struct ScheduleTests {
    private static let folder = Program.package.appending(path: "pipelines")

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    /// A home folder with the pipeline file and the key at the paths of the examples.
    private func withMachine(_ body: (TemporaryFolder, Simulation) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            for name in ["batchkeep", ".config/batchkeep", "state"] {
                let url = folder.url.appending(path: name)
                try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            }
            try Data("test-key\n".utf8).write(to: folder.url.appending(path: ".config/batchkeep/key"))
            try FileManager.default.copyItem(
                at: Self.folder.appending(path: "nightly.yaml"),
                to: folder.url.appending(path: "batchkeep/nightly.yaml")
            )
            try await Simulation.run(["--generate", "20", "--batches", "2"]) { try await body(folder, $0) }
        }
    }

    @Test func `the cron line runs at a valid time and writes a summary`() async throws {
        let lines = try Self.text("cron/batchkeep.crontab").split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.first == "PATH=/usr/local/bin:/usr/bin:/bin")
        let job = try #require(lines.last)
        let fields = job.split(separator: " ", maxSplits: 5)
        #expect(fields.count == 6)
        #expect((0...59).contains(Int(fields[0]) ?? -1) && (0...23).contains(Int(fields[1]) ?? -1))
        #expect(fields[2...4] == ["*", "*", "*"])
        let command = String(fields[5])
        // Cron replaces an unescaped percent sign by a line end.
        #expect(!command.contains("%"))
        try await withMachine { folder, simulation in
            let path = "\(Program.binary.deletingLastPathComponent().path):/usr/bin:/bin"
            let run = try await Program.run(
                ["-c", command],
                environment: ["HOME": folder.path, "PATH": path, "ANTHROPIC_BASE_URL": simulation.baseURL],
                executable: URL(filePath: "/bin/sh")
            )
            #expect(run.status == 0, "\(run.notes)")
            // Cron mails the output: there is none if all is well.
            #expect(run.output.isEmpty && run.notes.isEmpty, "\(run.notes)")
            let summary = try folder.text("batchkeep/runs.ndjson")
            #expect(summary.contains("\"archived_now\":2"), "\(summary)")
            #expect(try folder.files(below: "batchkeep/archive/manifests").count == 2)
        }
    }

    @Test func `the service of systemd runs its command line`() async throws {
        let unit = try Self.text("systemd/batchkeep.service")
        let start = try #require(unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
        try await withMachine { folder, simulation in
            let words = start.dropFirst("ExecStart=".count).split(separator: " ")
                .map { word in
                    String(word).replacing("/etc/batchkeep", with: "\(folder.path)/batchkeep")
                        .replacing("%d", with: "\(folder.path)/.config/batchkeep")
                }
            #expect(words.first == "/usr/local/bin/batchkeep")
            let run = try await Program.run(
                Array(words.dropFirst()),
                environment: ["ANTHROPIC_BASE_URL": simulation.baseURL],
                in: folder.url.appending(path: "state")
            )
            #expect(run.status == 0, "\(run.notes)")
            #expect(try folder.files(below: "state/archive/manifests").count == 2)
        }
    }

    @Test func `systemd accepts the service and the timer and finds the service confined`() async throws {
        try await withTemporaryFolder { folder in
            let service = folder.url.appending(path: "batchkeep.service")
            let timer = folder.url.appending(path: "batchkeep.timer")
            let text = try Self.text("systemd/batchkeep.service")
                .replacing("/usr/local/bin/batchkeep", with: Program.binary.path)
            try Data(text.utf8).write(to: service)
            try Data(try Self.text("systemd/batchkeep.timer").utf8).write(to: timer)
            guard let verified = try await Program.tool("systemd-analyze", ["verify", service.path, timer.path]) else {
                return
            }
            #expect(verified.status == 0, "\(verified.notes)")
            #expect(verified.notes.isEmpty, "\(verified.notes)")
            // The scale goes from 0 (confined) to 100.
            let security = try await Program.tool(
                "systemd-analyze",
                ["security", "--offline=true", "--threshold=20", service.path]
            )
            #expect(security?.status == 0, "\(security?.output ?? "")")
        }
    }
}
