import Foundation
import Testing

/// The built program, run like users run it.
struct Program {
    /// The output and status of a finished run.
    struct FinishedRun {
        let status: Int32
        let output: String
        let notes: String

        /// The lines of standard output.
        var lines: [String] {
            output.split(separator: "\n").map(String.init)
        }
    }

    /// The folder of the package.
    static let package = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// `BATCHKEEP_BINARY`, or the program next to the test bundle.
    static let binary: URL = {
        if let path = ProcessInfo.processInfo.environment["BATCHKEEP_BINARY"] { return URL(filePath: path) }
        return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "batchkeep")
    }()

    /// The folder of the sample batches.
    static let samples = package.appending(path: "samples")

    /// The ID of a sample batch by the name of its file.
    static func sampleID(of name: String) throws -> String {
        let json = try Data(contentsOf: samples.appending(path: "batches/\(name).json"))
        let object = try JSONSerialization.jsonObject(with: json) as? [String: Any]
        return try #require(object?["id"] as? String)
    }

    /// An environment without variables of the machine that could change a run.
    static let cleanEnvironment = [
        "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent",
    ]

    /// Runs a program to its end.
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        executable: URL = binary,
        in folder: URL? = nil,
        killedBy signal: (Process) async -> Void = { _ in }
    ) async throws -> FinishedRun {
        let scratch = try TemporaryFolder()
        defer { scratch.remove() }
        let output = try scratch.file("output")
        let notes = try scratch.file("notes")
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = cleanEnvironment.merging(environment) { $1 }
        process.currentDirectoryURL = folder ?? scratch.url
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = notes
        let ended = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in ended.continuation.finish() }
        try process.run()
        await signal(process)
        for await _ in ended.stream {}
        return FinishedRun(
            status: process.terminationStatus,
            output: try scratch.text("output"),
            notes: try scratch.text("notes")
        )
    }

    /// Runs a shell command that finds the program in its path.
    ///
    /// Status 124 means that it took longer than a minute.
    static func shell(
        _ command: String,
        in folder: TemporaryFolder,
        environment: [String: String] = [:]
    ) async throws -> FinishedRun {
        let path = "\(binary.deletingLastPathComponent().path):/usr/bin:/bin"
        return try await run(
            ["60", "/bin/sh", "-c", command],
            environment: environment.merging(["PATH": path]) { $1 },
            executable: URL(filePath: "/usr/bin/timeout"),
            in: folder.url
        )
    }

    /// Runs a tool of the path; nil if the machine does not have it.
    static func tool(_ name: String, _ arguments: [String], in folder: URL? = nil) async throws -> FinishedRun? {
        let folders = (cleanEnvironment["PATH"] ?? "").split(separator: ":").map { URL(filePath: String($0)) }
        let found = folders.map { $0.appending(path: name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        guard let found else {
            print("skipped: \(name) is not installed")
            return nil
        }
        return try await run(arguments, executable: found, in: folder)
    }
}

/// A folder that is removed after the test.
struct TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "batchkeep-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    var path: String { url.path }

    func remove() {
        try? FileManager.default.removeItem(at: url)
    }

    /// A new file, open for writing.
    func file(_ name: String) throws -> FileHandle {
        let path = url.appending(path: name)
        _ = FileManager.default.createFile(atPath: path.path, contents: nil)
        return try FileHandle(forWritingTo: path)
    }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: url.appending(path: name)), as: UTF8.self)
    }

    /// The relative paths of all files in the folder and below, sorted.
    func files(below folder: String = "") throws -> [String] {
        let root = folder.isEmpty ? url : url.appending(path: folder)
        return try FileManager.default.subpathsOfDirectory(atPath: root.path)
            .filter { path in
                let attributes = try FileManager.default.attributesOfItem(atPath: root.appending(path: path).path)
                return attributes[.type] as? FileAttributeType != .typeDirectory
            }
            .sorted()
    }

    /// The content of all files in these parts of a folder, by path.
    func contents(of parts: [String], in folder: String) throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for part in parts {
            for file in try files(below: "\(folder)/\(part)") {
                let path = "\(part)/\(file)"
                contents[path] = try Data(contentsOf: url.appending(path: folder).appending(path: path))
            }
        }
        return contents
    }
}

/// Runs `body` with a new folder and then removes the folder.
func withTemporaryFolder<Result>(_ body: (TemporaryFolder) async throws -> Result) async throws -> Result {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    return try await body(folder)
}
