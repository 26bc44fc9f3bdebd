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
        #expect(lines.count == 3 && lines[1].hasPrefix("PING_URL=https://"))
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
                environment: [
                    "HOME": folder.path, "PATH": path, "ANTHROPIC_BASE_URL": simulation.baseURL,
                    "PING_URL": simulation.baseURL + "/ping",
                ],
                executable: URL(filePath: "/bin/sh")
            )
            #expect(run.status == 0, "\(run.notes)")
            // Cron mails the output: there is none if all is well. The simulator does not accept the two pings.
            let notes = run.notes.split(separator: "\n")
            #expect(run.output.isEmpty && !notes.isEmpty && notes.allSatisfy { $0.contains("ping") }, "\(run.notes)")
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

    @Test func `the group of the service may read its archive after a run`() async throws {
        let unit = try Self.text("systemd/batchkeep.service")
        let stop = try #require(unit.split(separator: "\n").first { $0.hasPrefix("ExecStopPost=-") })
        #expect(unit.contains("\nUser=batchkeep\nGroup=batchkeep\n") && unit.contains("\nTimeoutStartSec="))
        #expect(try Self.text("systemd/batchkeep.sysusers").contains("\nu batchkeep "))
        try await withMachine { folder, simulation in
            let run = try await Program.run(
                ["export", "--key-file", "\(folder.path)/.config/batchkeep/key"],
                environment: ["ANTHROPIC_BASE_URL": simulation.baseURL],
                in: folder.url
            )
            #expect(run.status == 0, "\(run.notes)")
            let command = stop.dropFirst("ExecStopPost=-".count).split(separator: " ").map(String.init)
            let opened = try await Program.run(
                Array(command.dropFirst()),
                executable: URL(filePath: command[0]),
                in: folder.url
            )
            #expect(opened.status == 0, "\(opened.notes)")
            let closed = try await Program.tool("find", ["archive", "!", "-perm", "-g=r"], in: folder.url)
            #expect(closed?.status == 0 && closed?.output == "")
        }
    }

    @Test(arguments: [
        (
            ["MONITOR_SERVICE_RESULT": "exit-code", "MONITOR_EXIT_STATUS": "5"],
            "batchkeep.service failed: exit-code, exit status 5\n"
        ), ([:], "batchkeep.service failed: unknown reason, exit status unknown\n"),
    ])
    func `the report of a failure begins with how the run ended`(variables: [String: String], line: String) async throws
    {
        let lines = try Self.text("systemd/batchkeep-failed.service").split(separator: "\n")
            .filter { $0.hasPrefix("ExecStart=") }
        #expect(lines.count == 2 && lines[1].contains("/batchkeep status --check "))
        let command = try #require(lines.first?.components(separatedBy: "/bin/sh -c '").last)
        let run = try await Program.run(
            ["-c", String(command.dropLast()).replacing("$$", with: "$")],
            environment: variables,
            executable: URL(filePath: "/bin/sh")
        )
        #expect(run.output == line, "\(run.notes)")
    }

    @Test func `the cron line and the service leave the keys of sources alone`() async throws {
        try await withMachine { folder, simulation in
            let text = """
                archive: \(folder.path)/sources
                sources:
                  - name: a
                    key-variable: A_KEY
                  - name: b
                """
            let file = folder.url.appending(path: "batchkeep/nightly.yaml")
            try Data(text.utf8).write(to: file)
            let run = try await Program.run(
                ["run", file.path, "--key-file", "\(folder.path)/.config/batchkeep/key"],
                environment: ["ANTHROPIC_BASE_URL": simulation.baseURL]
            )
            #expect(run.status == 2 && run.notes.contains("the environment variable A_KEY is not set"), "\(run.notes)")
            #expect(try folder.files(below: "sources/workspace=b/manifests").count == 2)
        }
    }

    @Test func `systemd accepts the service and the timer and finds the service confined`() async throws {
        try await withTemporaryFolder { folder in
            let service = folder.url.appending(path: "batchkeep.service")
            let timer = folder.url.appending(path: "batchkeep.timer")
            let failed = folder.url.appending(path: "batchkeep-failed.service")
            for unit in [service, timer, failed] {
                let text = try Self.text("systemd/\(unit.lastPathComponent)")
                    .replacing("/usr/local/bin/batchkeep", with: Program.binary.path)
                try Data(text.utf8).write(to: unit)
            }
            let units = [service, timer, failed].map(\.path)
            guard let verified = try await Program.tool("systemd-analyze", ["verify"] + units) else { return }
            #expect(verified.status == 0, "\(verified.notes)")
            #expect(verified.notes.isEmpty, "\(verified.notes)")
            // The scale goes from 0 (confined) to 100.
            for unit in [service, failed] {
                let security = try await Program.tool(
                    "systemd-analyze",
                    ["security", "--offline=true", "--threshold=20", unit.path]
                )
                #expect(security?.status == 0, "\(security?.output ?? "")")
            }
        }
    }
}
