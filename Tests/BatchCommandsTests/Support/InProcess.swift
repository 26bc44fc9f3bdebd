import BatchCommands
import BatchSimulator
import Foundation
import MessageBatches
import SimulatorTestSupport
import Synchronization

/// A command run in this process against a simulator with faults.
struct InProcess {
    let status: ExitStatus
    let output: String
    let notes: String

    /// The document of `--json`.
    var document: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:]
    }

    /// The counts under `batches` that are not zero.
    var batches: [String: Int] {
        (document["batches"] as? [String: Int] ?? [:]).filter { $0.value != 0 }
    }

    /// The API key of a run without another one.
    static let key = "key-of-the-test"

    /// Runs a command line like the program and captures its output.
    ///
    /// Standard output is a terminal if it has a width. `onOutput` gets what is written there first, and may throw.
    static func run(
        _ arguments: [String],
        at baseURL: String,
        key: String = InProcess.key,
        clock: any Clock<Duration> = ContinuousClock(),
        environment: [String: String] = [:],
        input: String = "",
        now: @escaping @Sendable () -> Timestamp = {
            Timestamp(systemTime: Date().timeIntervalSince1970)
        },
        width: Int? = nil,
        onNote: @escaping @Sendable (String) -> Void = { _ in },
        onOutput: (@Sendable (String) throws -> Void)? = nil
    ) async -> InProcess {
        let (written, notes) = (CapturedBytes(), CapturedBytes())
        let usual = ["ANTHROPIC_BASE_URL": baseURL, "ANTHROPIC_API_KEY": key]
        var context = CommandContext(
            environment: usual.merging(environment) { $1 },
            now: now,
            outputIsTerminal: width != nil,
            width: width ?? 80,
            write: { line in
                try onOutput?(String(decoding: line, as: UTF8.self))
                written.append(line)
            },
            writeNote: { note in
                notes.append(note)
                onNote(String(decoding: note, as: UTF8.self))
            },
            clock: clock
        )
        context.readInput = { Array(input.utf8) }
        let status = await BatchkeepProgram.run(arguments, context: context)
        return InProcess(status: status, output: written.text, notes: notes.text)
    }

    /// Exports a scenario into a new folder and calls `body` with the result.
    static func export(
        _ scenario: Scenario,
        _ arguments: [String] = [],
        key: String = InProcess.key,
        clock: any Clock<Duration> = ContinuousClock(),
        _ body: (InProcess, Archive, SimulatorServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "batchkeep-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        // On a quick clock, the usual timeout is a second, which a busy machine needs for an answer.
        let isImpatient = clock is QuickClock && !arguments.contains("--idle-timeout")
        let patience = isImpatient ? ["--idle-timeout", "3600"] : []
        try await withSimulator(scenario) { server in
            let run = await run(
                ["export", "--json", "--archive", folder.path] + patience + arguments,
                at: server.baseURL,
                key: key,
                clock: clock
            )
            try await body(run, Archive(url: folder), server)
        }
    }
}

/// The files of an archive, for tests.
struct Archive {
    let url: URL

    /// Names of the files in one part of the archive, sorted.
    func files(in part: String) -> [String] {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: url.appending(path: part).path)) ?? []
        return paths.filter { $0.contains(".") }.sorted()
    }

    /// The IDs of the batches that have a manifest.
    var archivedIDs: Set<String> {
        Set(files(in: "manifests").map { URL(filePath: $0).deletingPathExtension().lastPathComponent })
    }
}

/// What a command wrote to one stream.
final class CapturedBytes: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func append(_ more: [UInt8]) {
        bytes.withLock { $0 += more }
    }

    var text: String {
        String(decoding: bytes.withLock { $0 }, as: UTF8.self)
    }
}

/// One line of NDJSON; nil if it is not an object.
func jsonObject(_ line: Substring) -> [String: Any]? {
    (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
}
