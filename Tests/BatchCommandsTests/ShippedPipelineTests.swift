import BatchCommands
import BatchSimulator
import Foundation
import SimulatorTestSupport
import Testing
import Yams

/// The files in `pipelines/` that users copy work as described.
struct ShippedPipelineTests {
    private static let folder = Scratch.package.appending(path: "pipelines")

    private static let files: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    @Test func `all three pipeline files exist`() {
        #expect(Set(Self.files).isSuperset(of: ["nightly.yaml", "backfill.yaml", "hourly.yaml"]))
    }

    @Test(arguments: ShippedPipelineTests.files)
    func `every pipeline file loads, runs, and finds nothing new the second time`(name: String) async throws {
        try await Scratch.use { scratch in
            let file = Self.folder.appending(path: name).path
            try await withSimulator(Scenario.generated(lines: 20, batches: 2)) { server in
                let check = await InProcess.run(["run", "--check", file], at: server.baseURL)
                #expect(check.status == .done, "\(check.notes)")
                #expect(check.output.hasPrefix("batchkeep export "))
                for archivedNow in [2, 0] {
                    let run = await InProcess.run(
                        ["run", file, "--archive", scratch.path("archive"), "--json"],
                        at: server.baseURL
                    )
                    #expect(run.status == .done, "\(run.notes)")
                    let export = (run.document["sources"] as? [[String: Any]])?.first?["export"] as? [String: Any]
                    #expect((export?["batches"] as? [String: Int])?["archived_now"] == archivedNow)
                }
                #expect(Archive(url: scratch.url.appending(path: "archive")).archivedIDs.count == 2)
            }
        }
    }

    /// Commented settings must work if a user removes the comment marks.
    @Test func `the commented settings of the nightly file are valid`() async throws {
        try await Scratch.use { scratch in
            let text = try String(contentsOf: Self.folder.appending(path: "nightly.yaml"), encoding: .utf8)
            let lines = text.split(separator: "\n")
                .map { line in
                    let isSetting = line.hasPrefix("# ") && (line.contains(": ") || line.hasSuffix(":"))
                    let key = line.dropFirst(2).drop { $0 == " " || $0 == "-" }.prefix { $0 != ":" }
                    return isSetting && !key.contains(" ") ? String(line.dropFirst(2)) : String(line)
                }
            let offered = lines.joined(separator: "\n")
                .replacing("/var/lib/node_exporter/textfile", with: scratch.url.path)
                .replacing("/etc/batchkeep/support.key", with: try scratch.write("key", to: "key"))
            #expect(offered.contains("\nsources:\n  - name: research\n"))
            let file = try scratch.write(offered, to: "file.yaml")
            let run = await InProcess.run(["run", "--check", file], at: "http://127.0.0.1:9")
            #expect(run.status == .done, "\(run.notes)")
            #expect(run.output.split(separator: "\n").count == 2)
            #expect(run.output.contains("--ping-url=") && run.output.contains("--metrics-file="))
        }
    }

    @Test func `the cluster job runs nightly, alone, with limits, and with a key from a Secret`() async throws {
        let text = try String(contentsOf: Self.folder.appending(path: "kubernetes/cronjob.yaml"), encoding: .utf8)
        let documents = Array(try Yams.compose_all(yaml: text))
        #expect(documents.map { $0["kind"]?.string } == ["PersistentVolumeClaim", "CronJob"])
        let job = try #require(documents.last?["spec"])
        #expect(job["schedule"]?.string?.split(separator: " ").count == 5)
        #expect(job["timeZone"]?.string == "Etc/UTC")
        #expect(job["concurrencyPolicy"]?.string == "Forbid")
        let pod = try #require(job["jobTemplate"]?["spec"]?["template"]?["spec"])
        #expect(pod["restartPolicy"]?.string == "Never")
        #expect(pod["securityContext"]?["runAsNonRoot"]?.bool == true)

        let container = try #require(pod["containers"]?.array().first)
        #expect(pod["containers"]?.array().count == 1)
        #expect(container["securityContext"]?["readOnlyRootFilesystem"]?.bool == true)
        #expect(container["resources"]?["limits"]?["memory"]?.string != nil)
        // Programs in the container could read a key in the environment.
        #expect(container["env"] == nil)

        let mounts = container["volumeMounts"]?.array() ?? []
        let volumes = pod["volumes"]?.array() ?? []
        #expect(mounts.map { $0["name"]?.string } == volumes.map { $0["name"]?.string })
        #expect(volumes.count == 2 && volumes.last?["secret"]?["secretName"]?.string != nil)
        let claim = volumes.first?["persistentVolumeClaim"]?["claimName"]?.string
        #expect(claim == documents.first?["metadata"]?["name"]?.string)

        let arguments = (container["args"]?.array() ?? []).compactMap(\.string)
        let mount = mounts.first?["mountPath"]?.string ?? ""
        #expect(arguments.contains("--archive=\(mount)"))
        let keyFolder = "--key-file=\(mounts.last?["mountPath"]?.string ?? "")/"
        #expect(arguments.contains { $0.hasPrefix(keyFolder) } && mounts.last?["readOnly"]?.bool == true)
        try await expectExport(arguments.filter { !$0.hasPrefix(keyFolder) })
    }

    /// Runs a command line from a shipped file with another archive.
    private func expectExport(_ arguments: [String]) async throws {
        try await Scratch.use { scratch in
            try await withSimulator(Scenario.generated(lines: 20, batches: 2)) { server in
                let run = await InProcess.run(arguments + ["--archive", scratch.path("a")], at: server.baseURL)
                #expect(run.status == .done, "\(run.notes)")
                #expect(run.batches["archived_now"] == 2)
            }
        }
    }
}
