import Foundation

/// PySpark with its own cluster on this machine: a driver, and two workers with one executor each.
struct SparkCluster {
    private let home: String
    private let python: String

    /// The PySpark of `BATCHKEEP_PYTHON`; nil, with the reason printed, if it or Java is missing.
    static func installed() async throws -> SparkCluster? {
        guard let python = ProcessInfo.processInfo.environment["BATCHKEEP_PYTHON"] else {
            print("skipped: BATCHKEEP_PYTHON names no Python with pyspark")
            return nil
        }
        guard try await Program.tool("java", ["-version"]) != nil else { return nil }
        let found = try await Program.run(
            ["-c", "import pyspark; print(pyspark.__path__[0])"],
            executable: URL(filePath: python)
        )
        guard found.status == 0, let home = found.lines.first else {
            print("skipped: \(python) has no pyspark")
            return nil
        }
        return SparkCluster(home: home, python: python)
    }

    /// Submits one of the jobs in `pipelines/spark/`; Spark keeps its temporary files in `folder`.
    func run(
        _ job: String,
        _ arguments: [String],
        on master: String = "local-cluster[2,1,1024]",
        environment: [String: String] = [:],
        in folder: TemporaryFolder
    ) async throws -> Program.FinishedRun {
        let script = Program.package.appending(path: "pipelines/spark/\(job)").path
        let settings = [
            "SPARK_HOME": home, "PYSPARK_PYTHON": python, "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_HOSTNAME": "localhost", "SPARK_WORKER_DIR": "\(folder.path)/work",
            "SPARK_LOCAL_DIRS": "\(folder.path)/local", "PYTHONDONTWRITEBYTECODE": "1",
        ]
        return try await Program.run(
            ["--master", master, "--conf", "spark.ui.enabled=false", script] + arguments,
            environment: settings.merging(environment) { $1 },
            executable: URL(filePath: "\(home)/bin/spark-submit"),
            in: folder.url
        )
    }
}
