import Foundation

/// A folder that is removed after the test.
struct Scratch {
    let url: URL

    /// Runs `body` with a new folder and then removes the folder.
    static func use<Result>(_ body: (Scratch) async throws -> Result) async throws -> Result {
        let url = FileManager.default.temporaryDirectory.appending(path: "batchkeep-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(Scratch(url: url))
    }

    /// Copies an archive for each of these workspaces, and returns the archive of all of them.
    func copy(_ archive: Archive, to workspaces: [String]) throws -> Archive {
        for name in workspaces {
            try FileManager.default.copyItem(at: archive.url, to: url.appending(path: "workspace=\(name)"))
        }
        return Archive(url: url)
    }

    /// The full path of a name.
    func path(_ name: String) -> String {
        url.appending(path: name).path
    }

    /// Writes a file and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: url.appending(path: name))
        return path(name)
    }

    func text(_ name: String) throws -> String {
        try String(contentsOf: url.appending(path: name), encoding: .utf8)
    }

    /// The folder of the package.
    static let package = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
