import BatchSimulator
import Foundation

extension InProcess {
    /// Exports the sample batches and calls `body` with the archive and a way to run commands on it.
    static func withSamples(
        _ body: (Archive, ([String]) async -> InProcess, SimulatorServer) async throws -> Void
    ) async throws {
        try await export(Samples.scenario(), ["--since", "2024-01-01"]) { run, archive, server in
            guard run.batches["archived_now", default: 0] > 10 else { throw NoArchive(notes: run.notes) }
            try await body(archive, archive.command(at: server), server)
        }
    }

    /// Exports three generated batches and calls `body` with the archive and a way to run commands on it.
    static func withGenerated(
        _ body: (Archive, ([String]) async -> InProcess, SimulatorServer) async throws -> Void
    ) async throws {
        try await export(.generated(lines: 40, batches: 3)) { _, archive, server in
            try await body(archive, archive.command(at: server), server)
        }
    }

    /// The lines of standard output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// The samples could not be exported.
struct NoArchive: Error {
    let notes: String
}

extension Archive {
    /// A way to run commands on the archive, with a simulator as the API.
    func command(at server: SimulatorServer) -> ([String]) async -> InProcess {
        { arguments in
            await InProcess.run([arguments[0], "--archive", url.path] + arguments.dropFirst(), at: server.baseURL)
        }
    }

    /// Changes a file in place.
    func change(_ path: String, _ change: (inout Data) -> Void) throws {
        let file = url.appending(path: path)
        var data = try Data(contentsOf: file)
        change(&data)
        try data.write(to: file)
    }

    /// All files but the catalog and locks, by path.
    func snapshot() throws -> [String: Data] {
        var contents = try contents(of: ["raw", "results", "manifests", "summaries", "views", "_quarantine"])
        contents["SHA256SUMS"] = try Data(contentsOf: url.appending(path: "SHA256SUMS"))
        return contents
    }

    /// The files of some parts of the archive, by path.
    func contents(of parts: [String]) throws -> [String: Data] {
        let paths = parts.flatMap { part in files(in: part).map { "\(part)/\($0)" } }
        return try Dictionary(uniqueKeysWithValues: paths.map { ($0, try Data(contentsOf: url.appending(path: $0))) })
    }

    /// Replaces the first match of a pattern in a document, such as a manifest.
    func edit(_ path: String, _ pattern: String, with text: String) throws {
        try change(path) { data in
            let document = String(decoding: data, as: UTF8.self)
            let range = document.range(of: pattern, options: .regularExpression)
            data = Data((range.map { document.replacingCharacters(in: $0, with: text) } ?? document).utf8)
        }
    }

    /// The first file of a part whose path contains a text.
    func file(in part: String, _ text: String) throws -> String {
        guard let name = files(in: part).first(where: { $0.contains(text) }) else { throw NoArchive(notes: text) }
        return "\(part)/\(name)"
    }
}
