import Foundation
import Testing

/// The jobs of `pipelines/kubernetes` and `pipelines/slurm`: their content and their commands.
struct ClusterJobTests {
    private static let folder = Program.package.appending(path: "pipelines")

    /// The documents of valid Kubernetes manifests; nil, with the reason printed, if the tools are missing.
    private func documents(_ names: [String]) async throws -> [KubernetesDocument]? {
        guard let python = ProcessInfo.processInfo.environment["BATCHKEEP_PYTHON"] else {
            print("skipped: BATCHKEEP_PYTHON is not set")
            return nil
        }
        let run = try await Program.run(
            [Program.package.appending(path: "Tests/EndToEndTests/Peers/kubernetes_manifests.py").path]
                + names.map { Self.folder.appending(path: "kubernetes/\($0).yaml").path },
            executable: URL(filePath: python)
        )
        guard !run.notes.contains("ModuleNotFoundError") else {
            print("skipped: no kubernetes-validate in the Python of BATCHKEEP_PYTHON")
            return nil
        }
        try #require(run.status == 0, "\(run.notes)")
        return try JSONDecoder().decode([KubernetesDocument].self, from: Data(run.output.utf8))
    }

    /// An environment with what a node has: the program, a key, a folder for the archive.
    private func withNode(
        _ body: (TemporaryFolder, [String: String]) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try Data("key-of-the-test\n".utf8).write(to: folder.url.appending(path: "key"))
            try await Simulation.run(["--generate", "20", "--batches", "12"]) { simulation in
                let tools = Program.cleanEnvironment["PATH"] ?? ""
                let environment = [
                    "PATH": "\(Program.binary.deletingLastPathComponent().path):\(tools)",
                    "ANTHROPIC_BASE_URL": simulation.baseURL,
                ]
                try await body(folder, environment)
            }
        }
    }

    /// Compares an archive that several processes wrote with that of one export, and verifies it.
    private func expectComplete(_ archive: String, in folder: TemporaryFolder) async throws {
        #expect(try folder.files(below: "archive/manifests").count == 12)
        let sums = try await Program.tool("sha256sum", ["-c", "--quiet", "SHA256SUMS"], in: URL(filePath: archive))
        #expect(sums?.status == 0, "\(sums?.notes ?? "")")
        let verified = try await Program.run(["verify", "--full", "--archive", archive])
        #expect(verified.status == 0, "\(verified.output)")
        #expect(FileManager.default.fileExists(atPath: archive + "/views/duckdb.sql"))
    }

    @Test func `Kubernetes accepts every manifest, and containers have minimal permissions`() async throws {
        guard let documents = try await documents(["cronjob", "indexed-job", "catalog-job", "shell-job"]) else {
            return
        }
        #expect(
            documents.map(\.kind) == ["PersistentVolumeClaim", "CronJob", "PersistentVolumeClaim", "Job", "Job", "Job"]
        )
        for pod in documents.compactMap(\.pod) {
            #expect(pod.securityContext.runAsNonRoot && pod.securityContext.runAsUser == 10_001)
            #expect(!pod.automountServiceAccountToken && pod.restartPolicy == "Never")
            for container in pod.containers {
                #expect(container.securityContext.readOnlyRootFilesystem)
                #expect(container.resources.limits["memory"] != nil && container.resources.requests["cpu"] != nil)
                let volumes = Set(pod.volumes.map(\.name))
                #expect(Set(container.volumeMounts.map(\.name)) == volumes)
            }
        }
        // The key is not a variable, because a command can name its file.
        for name in ["cronjob", "indexed-job", "catalog-job", "shell-job"] {
            let text = try String(contentsOf: Self.folder.appending(path: "kubernetes/\(name).yaml"), encoding: .utf8)
            #expect(!text.contains("ANTHROPIC_API_KEY") && !text.contains("secretKeyRef"))
            #expect(text.contains("ReadWriteMany") == (name == "indexed-job"))
        }
        let containerfile = try String(
            contentsOf: Self.folder.appending(path: "container/Containerfile"),
            encoding: .utf8
        )
        #expect(containerfile.contains("\nUSER 10001:10001\n"))
    }

    @Test func `the command of the CronJob exports`() async throws {
        guard let container = try await documents(["cronjob"])?.compactMap(\.pod).first?.containers.first else {
            return
        }
        try await withNode { folder, environment in
            let arguments = (container.args ?? [])
                .map {
                    $0.replacing("/archive", with: folder.path + "/archive")
                        .replacing("/run/secrets/batchkeep/api-key", with: folder.path + "/key")
                }
            let run = try await Program.run(arguments, environment: environment)
            #expect(run.status == 0, "\(run.notes)")
            try await expectComplete(folder.path + "/archive", in: folder)
        }
    }

    @Test func `the pods of the indexed Job archive every batch once, and the next Job lists them`() async throws {
        guard let documents = try await documents(["indexed-job", "catalog-job"]) else { return }
        let job = try #require(documents.first { $0.kind == "Job" })
        let container = try #require(job.pod?.containers.first)
        let shards = try #require(job.spec.completions)
        try await withNode { folder, environment in
            let archive = folder.path + "/archive"
            var printed: [String] = []
            for index in 0..<shards {
                var variables = Dictionary(
                    uniqueKeysWithValues: (container.env ?? []).map { ($0.name, $0.value ?? "") }
                )
                #expect(variables["SHARDS"] == "\(shards)")
                #expect(Set(variables.keys) == ["SHARDS", "SINCE", "ARCHIVE", "KEY_FILE", "TMPDIR"])
                variables["ARCHIVE"] = archive
                variables["KEY_FILE"] = folder.path + "/key"
                variables["TMPDIR"] = folder.path
                variables["JOB_COMPLETION_INDEX"] = "\(index)"
                let command = try #require(container.command)
                let run = try await Program.run(
                    Array(command.dropFirst()),
                    environment: environment.merging(variables) { $1 },
                    executable: URL(filePath: command[0])
                )
                #expect(run.status == 0, "\(index): \(run.notes)")
                printed += run.lines
            }
            #expect(printed.count == 12)
            let behind = try #require(documents.last?.pod?.containers.first?.args)
            let catalog = try await Program.run(behind.map { $0.replacing("/archive", with: archive) })
            #expect(catalog.status == 0, "\(catalog.notes)")
            try await expectComplete(archive, in: folder)
        }
    }

    @Test func `the tasks of the job array archive every batch once`() async throws {
        let script = Self.folder.appending(path: "slurm/batchkeep.sbatch")
        let text = try String(contentsOf: script, encoding: .utf8)
        // Slurm reads no directives after the first command.
        let head = text.components(separatedBy: "\nset -eu")[0]
        #expect(text.components(separatedBy: "#SBATCH ").count == head.components(separatedBy: "#SBATCH ").count)
        #expect(head.contains("#SBATCH --array=0-7\n"))
        try await withNode { folder, environment in
            let archive = folder.path + "/archive"
            var printed: [String] = []
            for index in 0..<8 {
                let run = try await Program.run(
                    [script.path],
                    environment: environment.merging([
                        "SLURM_ARRAY_TASK_ID": "\(index)", "SLURM_ARRAY_TASK_COUNT": "8", "TMPDIR": folder.path,
                        "BATCHKEEP_ARCHIVE": archive, "BATCHKEEP_KEY_FILE": folder.path + "/key",
                    ]) { $1 },
                    executable: URL(filePath: "/bin/sh")
                )
                #expect(run.status == 0, "\(index): \(run.notes)")
                printed += run.lines
            }
            #expect(printed.count == 12)
            // The command in the head of the script, with its own archive.
            let wrapped = try #require(head.split(separator: "'").first { $0.hasPrefix("batchkeep catalog") })
            let catalog = try await Program.run(
                ["-euc", String(wrapped).replacing("/lustre/batches", with: archive)],
                environment: environment,
                executable: URL(filePath: "/bin/sh")
            )
            #expect(catalog.status == 0, "\(catalog.notes)")
            try await expectComplete(archive, in: folder)
            #expect(try folder.files().filter { $0.hasPrefix("tmp.") }.isEmpty)
        }
    }
}

/// The part of a Kubernetes manifest that the tests check.
private struct KubernetesDocument: Decodable {
    struct Spec: Decodable {
        var completions: Int?
        var template: Template?
        var jobTemplate: Box?
    }

    /// The template of a CronJob's Job, one level down.
    struct Box: Decodable {
        struct Spec: Decodable {
            var template: Template
        }

        var spec: Spec
    }

    struct Template: Decodable {
        var spec: Pod
    }

    struct Pod: Decodable {
        struct Security: Decodable {
            var runAsNonRoot: Bool
            var runAsUser: Int
        }

        var restartPolicy: String
        var automountServiceAccountToken: Bool
        var securityContext: Security
        var containers: [Container]
        var volumes: [Named]
    }

    struct Container: Decodable {
        struct Security: Decodable {
            var readOnlyRootFilesystem: Bool
        }

        struct Resources: Decodable {
            var requests: [String: String]
            var limits: [String: String]
        }

        var command: [String]?
        var args: [String]?
        var env: [Variable]?
        var securityContext: Security
        var resources: Resources
        var volumeMounts: [Named]
    }

    struct Named: Decodable {
        var name: String
    }

    struct Variable: Decodable {
        var name: String
        var value: String?
    }

    var kind: String
    var spec: Spec

    var pod: Pod? {
        spec.template?.spec ?? spec.jobTemplate?.spec.template.spec
    }
}
