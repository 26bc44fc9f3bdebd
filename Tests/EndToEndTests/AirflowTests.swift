import Foundation
import Testing

/// The DAG of `pipelines/airflow` in a real Airflow, if `BATCHKEEP_AIRFLOW_PYTHON` names a Python that has it.
///
/// Airflow takes minutes to install, and its dependencies must not restrict those of the program.
struct AirflowTests {
    private static let python = ProcessInfo.processInfo.environment["BATCHKEEP_AIRFLOW_PYTHON"]
    private static let dags = Program.package.appending(path: "pipelines/airflow")

    /// The states of a run and of its tasks.
    private struct States: Decodable {
        var run: String
        var tasks: [String: String]
    }

    /// Runs the DAG once.
    private func runDAG(_ environment: [String: String], in folder: TemporaryFolder) async throws -> States {
        // Otherwise Python writes its caches next to the DAG.
        let dags = folder.url.appending(path: "dags")
        try FileManager.default.copyItem(at: Self.dags, to: dags)
        let tools = Program.cleanEnvironment["PATH"] ?? ""
        let variables = [
            "AIRFLOW_HOME": folder.path + "/airflow", "HOME": folder.path,
            "AIRFLOW_VAR_BATCHKEEP_ARCHIVE": folder.path + "/archive",
            "AIRFLOW_VAR_BATCHKEEP_KEY_FILE": folder.path + "/key",
            "PATH": "\(Program.binary.deletingLastPathComponent().path):\(tools)",
        ]
        try Data("key-of-the-test\n".utf8).write(to: folder.url.appending(path: "key"))
        let run = try await Program.run(
            [Program.package.appending(path: "Tests/EndToEndTests/Peers/airflow_dag.py").path, dags.path],
            environment: variables.merging(environment) { $1 },
            executable: URL(filePath: try #require(Self.python))
        )
        try #require(run.status == 0, "\(run.notes.suffix(3_000))")
        return try JSONDecoder().decode(States.self, from: Data(try #require(run.lines.last).utf8))
    }

    @Test func `the DAG handles every exit status`() throws {
        let text = try String(contentsOf: Self.dags.appending(path: "batchkeep_nightly.py"), encoding: .utf8)
        var known: [Int] = []
        for name in ["HOPELESS", "AGAIN", "FOR_A_PERSON", "GOOD"] {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name) = {") })
            known += line.prefix { $0 != "}" }.dropFirst(name.count + 4).split { ", ".contains($0) }
                .compactMap { Int($0) }
        }
        let statuses = Document.page("ExitStatuses").text.components(separatedBy: "\n## What to do\n")[0]
            .split(separator: "\n").compactMap { Int($0.split(separator: " ").dropFirst().first ?? "") }
        #expect(statuses.count > 10)
        #expect(known.sorted() == statuses.sorted())
    }

    @Test(arguments: ["airflow/sdk/exceptions.py", "airflow/exceptions.py"])
    func `the DAG finds the errors of Airflow 3.0 and of later versions`(place: String) async throws {
        try await withTemporaryFolder { folder in
            let text = try String(contentsOf: Self.dags.appending(path: "batchkeep_nightly.py"), encoding: .utf8)
            let imports = text.components(separatedBy: "import pendulum\n").last?.components(separatedBy: "\n# The ")[0]
            let modules = [
                "airflow/__init__.py": "", "airflow/sdk/__init__.py": "Variable = dag = task = None\n",
                place: "class AirflowException(Exception): pass\nclass AirflowFailException(Exception): pass\n",
                "dag.py": try #require(imports) + "\nprint(AirflowFailException.__module__)\n",
            ]
            for (path, text) in modules {
                let url = folder.url.appending(path: path)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try Data(text.utf8).write(to: url)
            }
            guard let run = try await Program.tool("python3", ["dag.py"], in: folder.url) else { return }
            let module = place.dropLast(3).replacing("/", with: ".")
            #expect(run.status == 0 && run.output == "\(module)\n", "\(run.notes)")
        }
    }

    @Test(.enabled(if: python != nil, "needs apache-airflow 3 in the Python of BATCHKEEP_AIRFLOW_PYTHON"))
    func `Airflow runs every task and creates the archive`() async throws {
        try await withTemporaryFolder { folder in
            try await Simulation.run(["--generate", "20", "--batches", "3"]) { simulation in
                var states = try await runDAG(["ANTHROPIC_BASE_URL": simulation.baseURL], in: folder)
                #expect(states.run == "success", "\(states)")
                // The watcher waits for a failure.
                #expect(states.tasks.removeValue(forKey: "watcher") == "skipped", "\(states)")
                #expect(states.tasks.count == 5 && states.tasks.values.allSatisfy { $0 == "success" }, "\(states)")
                #expect(try folder.files(below: "archive/manifests").count == 3)
                #expect(FileManager.default.fileExists(atPath: folder.path + "/archive/report.html"))
            }
        }
    }

    @Test(
        .enabled(if: python != nil, "needs apache-airflow 3 in the Python of BATCHKEEP_AIRFLOW_PYTHON"),
        arguments: [
            ("{\"exit_statuses\":[0]}", 0, []),
            ("{\"exit_statuses\":[1]}", 1, ["export"]),
            ("{\"exit_statuses\":[3]}", 3, ["export"]),
            ("{\"exit_statuses\":[4]}", 4, ["quarantine"]),
            ("{\"exit_statuses\":[4,7]}", 4, ["retention", "quarantine"]),
            ("{\"exit_statuses\":[7,3]}", 7, ["export", "retention"]),
            ("{\"exit_statuses\":[5]}", 5, ["export"]),
            ("", 137, ["export"]),
        ]
    )
    func `an error is shown in its task and fails the run`(document: String, status: Int, failed: [String]) async throws
    {
        try await withTemporaryFolder { folder in
            let fake = folder.url.appending(path: "bin/batchkeep")
            try FileManager.default.createDirectory(
                at: fake.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            let script = "#!/bin/sh\n[ $1 = export ] || exit 0\nprintf '%s' '\(document)'\nexit \(status)\n"
            _ = FileManager.default.createFile(
                atPath: fake.path,
                contents: Data(script.utf8),
                attributes: [.posixPermissions: 0o700]
            )
            let path = "\(fake.deletingLastPathComponent().path):/usr/bin:/bin"
            let states = try await runDAG(["PATH": path], in: folder)
            let watcher = failed.isEmpty ? [] : ["watcher"]
            #expect(Set(states.tasks.filter { $0.value == "failed" }.keys) == Set(failed + watcher), "\(states)")
            #expect(states.run == (failed.isEmpty ? "success" : "failed"), "\(states)")
        }
    }
}
