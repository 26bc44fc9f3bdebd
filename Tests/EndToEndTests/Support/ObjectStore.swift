import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// moto's S3 as a separate process, and the settings with which `pipelines/object-storage` reaches it.
struct ObjectStore {
    /// What the store recorded until it was stopped.
    struct StoreRecord: Decodable {
        struct Object: Decodable {
            var size: Int
            var checksum: String?
        }

        /// The requests that changed something, in order: `PUT /bucket/key`.
        var changes: [String]
        /// Manifests that named a missing file at any time.
        var violations: [String]
        var objects: [String: Object]

        /// The keys with a prefix, sorted.
        func keys(_ prefix: String) -> [String] {
            objects.keys.filter { $0.hasPrefix(prefix) }.sorted()
        }
    }

    /// A tool that the scripts can use.
    enum Tool: String {
        case aws
        case rclone

        var destination: String {
            self == .aws ? "s3://bucket/batches" : "store:bucket/batches"
        }
    }

    let url: String
    private let python: URL
    private let input: FileHandle

    /// The settings for the scripts, both tools, and PyArrow.
    var environment: [String: String] {
        let folders = [python.deletingLastPathComponent().path, Program.binary.deletingLastPathComponent().path]
        return [
            "PATH": (folders + [Program.cleanEnvironment["PATH"] ?? ""]).joined(separator: ":"),
            "AWS_ACCESS_KEY_ID": "id-of-the-test", "AWS_SECRET_ACCESS_KEY": "secret-of-the-test",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": url, "RCLONE_CONFIG": "/dev/null",
            "RCLONE_CONFIG_STORE_TYPE": "s3", "RCLONE_CONFIG_STORE_PROVIDER": "Other",
            "RCLONE_CONFIG_STORE_ENV_AUTH": "true", "RCLONE_CONFIG_STORE_ENDPOINT": url,
        ]
    }

    /// Runs `body` with an empty bucket and returns what the store recorded.
    ///
    /// Nil, with the reason printed, if the machine lacks moto or the tool.
    static func run(
        with tool: Tool,
        refusingPut refused: Int? = nil,
        _ body: (ObjectStore) async throws -> Void
    ) async throws -> StoreRecord? {
        guard let python = ProcessInfo.processInfo.environment["BATCHKEEP_PYTHON"].map({ URL(filePath: $0) }) else {
            print("skipped: BATCHKEEP_PYTHON is not set")
            return nil
        }
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = python
        process.arguments = [
            Program.package.appending(path: "Tests/EndToEndTests/Peers/object_store.py").path, "--bucket", "bucket",
        ]
        if let refused { process.arguments?.append(contentsOf: ["--refuse-put", "\(refused)"]) }
        process.environment = Program.cleanEnvironment
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // The thread that starts the process may block SIGTERM, and the process inherits that.
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        guard let url = try output.fileHandleForReading.readLine() else {
            print("skipped: no moto[s3] with flask in the Python of BATCHKEEP_PYTHON")
            return nil
        }
        let store = ObjectStore(url: url, python: python, input: input.fileHandleForWriting)
        let found = try await Program.run(
            ["-c", "command -v \(tool.rawValue)"],
            environment: store.environment,
            executable: URL(filePath: "/bin/sh")
        )
        guard found.status == 0 else {
            print("skipped: \(tool.rawValue) is not installed")
            return nil
        }
        try await body(store)
        try input.fileHandleForWriting.close()
        return try JSONDecoder().decode(StoreRecord.self, from: output.fileHandleForReading.readToEnd() ?? Data())
    }

    /// Stops refusing requests.
    func acceptAll() throws {
        try input.write(contentsOf: Data("take\n".utf8))
    }

    /// Runs a script of `pipelines/object-storage`.
    func script(
        _ name: String,
        _ arguments: [String],
        environment changes: [String: String] = [:],
        in folder: TemporaryFolder
    ) async throws -> Program.FinishedRun {
        try await Program.run(
            [Program.package.appending(path: "pipelines/object-storage/\(name).sh").path] + arguments,
            environment: environment.merging(changes) { $1 },
            executable: URL(filePath: "/bin/sh"),
            in: folder.url
        )
    }
}

extension ObjectStore {
    /// The paths in `SHA256SUMS` of an archive.
    static func listed(_ archive: String) throws -> [String] {
        try String(contentsOfFile: archive + "/SHA256SUMS", encoding: .utf8).split(separator: "\n")
            .map { String($0.dropFirst(66)) }
    }

    /// Calls a body with a folder and the path of an archive of the samples in it, whose name contains a blank by
    /// default.
    static func withArchive(
        named name: String = "the archive",
        _ body: (TemporaryFolder, String) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let archive = "\(folder.path)/\(name)"
            try await Simulation.ofSamples { simulation in
                let run = try await Program.run(
                    ["export", "--since", "2024-08-01", "--archive", archive, "--quiet"],
                    environment: simulation.environment
                )
                try #require(run.status == 0, "\(run.notes)")
            }
            try await body(folder, archive)
        }
    }
}
